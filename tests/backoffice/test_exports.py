"""Tables as files: whole, harmless in a spreadsheet, and told of."""

import csv
import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.test import RequestFactory

from apps.activity.models import AuditEntry
from apps.backoffice import exports
from apps.backoffice.exports import Table, TooManyRows
from tests.factories import rory

pytestmark = pytest.mark.django_db
MOMENT = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
HEADERS = ["Title", "Posts", "Share", "Day", "At", "Took", "Gone"]
ROW = ("Harbour", 12, 0.5, date(2026, 7, 1), MOMENT, timedelta(minutes=2), None)


def table(rows, name="people") -> Table:
    keys = ["title", "posts", "share", "day", "at", "took", "gone"]
    return Table(name, "People", HEADERS, rows, keys)


@pytest.fixture
def request_(settings):
    settings.TIME_ZONE = "Europe/Berlin"
    request = RequestFactory().get("/admin/reports/people/?format=csv")
    request.user = rory()
    return request


def body(answer) -> bytes:
    return b"".join(answer.streaming_content)


def test_csv_has_every_row_and_an_entry_says_so(request_):
    answer = exports.answer(request_, table([ROW] * 1_234), "csv")
    assert answer["Content-Disposition"] == 'attachment; filename="people.csv"'
    rows = list(csv.reader(io.StringIO(body(answer).decode())))
    assert rows[0] == HEADERS
    assert len(rows) == 1_235
    assert rows[1] == ["Harbour", "12", "0.5", "2026-07-01", "2026-07-02 00:30:00", "120.0", ""]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.object_label, entry.actor_id) == (
        "download",
        "People",
        request_.user.pk,
    )
    assert entry.changes["rows"] == [None, 1_234]
    assert entry.changes["whole"] == [None, True]
    # It is of no object, and history adds up all the same.
    call_command("verify_audit")


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\x00=1", " =1", "＝1", "＋1", "－1", "＠a"],
)
def test_what_reads_as_a_formula_is_text(request_, text):
    answer = exports.answer(request_, table([(text, *ROW[1:])]), "csv")
    cell = next(
        row
        for row in csv.reader(io.StringIO(body(answer).decode(), newline=""))
        if row[0] != "Title"
    )[0]
    assert cell.startswith("'")
    assert "\x00" not in cell


def test_numbers_below_zero_stay_numbers(request_):
    answer = exports.answer(request_, table([("a", -5, -0.5, *ROW[3:])]), "csv")
    assert b"a,-5,-0.5," in body(answer)


def test_json_has_typed_values(request_):
    found = json.loads(body(exports.answer(request_, table([ROW]), "json")))
    assert found == [
        {
            "title": "Harbour",
            "posts": 12,
            "share": 0.5,
            "day": "2026-07-01",
            "at": "2026-07-02T00:30:00+02:00",
            "took": 120.0,
            "gone": None,
        }
    ]
    assert json.loads(body(exports.answer(request_, table([]), "json"))) == []


def test_a_workbook_holds_no_formula(request_):
    rows = [ROW, ("=1+1", *ROW[1:]), ("https://example.com/", *ROW[1:])]
    content = body(exports.answer(request_, table(rows), "xlsx"))
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "=1+1" in sheet
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert AuditEntry.objects.get().changes["rows"] == [None, 3]


def test_a_workbook_has_days_before_1900_as_text(request_):
    rows = [(*ROW[:3], date(1850, 5, 1), datetime(1850, 5, 1, 12, tzinfo=UTC), *ROW[5:])]
    content = body(exports.answer(request_, table(rows), "xlsx"))
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<t>1850-05-01</t>" in sheet
    assert "<t>1850-05-01 1" in sheet


def test_a_workbook_says_when_it_cannot_hold_all(request_, monkeypatch):
    monkeypatch.setattr(exports, "XLSX_ROWS", 10)
    with pytest.raises(TooManyRows, match="take CSV"):
        exports.answer(request_, table([ROW] * 11), "xlsx")
    assert not AuditEntry.objects.exists()


def test_what_breaks_off_does_not_end_as_if_it_were_whole(request_):
    def failing():
        yield from [ROW] * 600
        raise RuntimeError("The database went away.")

    parts = iter(exports.answer(request_, table(failing()), "csv").streaming_content)
    next(parts)
    with pytest.raises(RuntimeError):
        next(parts)
    entry = AuditEntry.objects.get()
    assert entry.changes["rows"] == [None, 500]
    assert entry.changes["whole"] == [None, False]
