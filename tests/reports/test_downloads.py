"""The rows of a report as files: all of them, for who may, with a note of each."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest

from apps.activity.models import AuditEntry
from apps.activity.verification import verify
from apps.backoffice import exports
from apps.reports import report as reports
from apps.reports.report import PEOPLE, Report, Table, column, register
from apps.reports.units import TEXT
from tests import factories
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/reports/people/"
WEEK = {"start": "2026-10-05", "end": "2026-10-07"}


@pytest.fixture
def reader(client):
    client.force_login(factories.rory())
    for day in (5, 5, 7):
        UserFactory(created_at=datetime(2026, 10, day, 12, tzinfo=UTC))
    return client


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def test_csv_has_all_rows_in_the_order_of_time(reader):
    response = reader.get(ADDRESS, {**WEEK, "format": "csv"})
    assert list(csv.reader(io.StringIO(body(response).decode()))) == [
        ["First day", "Last day", "Sign-ups", "New contributors"],
        ["2026-10-05", "2026-10-05", "2", "0"],
        ["2026-10-06", "2026-10-06", "0", "0"],
        ["2026-10-07", "2026-10-07", "1", "0"],
    ]
    assert 'filename="people-2026-10-05-2026-10-07-day.csv"' in response["Content-Disposition"]


def test_json_has_typed_rows(reader):
    rows = json.loads(body(reader.get(ADDRESS, {**WEEK, "format": "json", "granularity": "week"})))
    assert rows == [{"start": "2026-10-05", "end": "2026-10-07", "signups": 3, "contributors": 0}]


def test_a_workbook(reader):
    response = reader.get(ADDRESS, {**WEEK, "format": "xlsx"})
    assert response["Content-Type"].endswith("spreadsheetml.sheet")
    assert body(response).startswith(b"PK")


def test_another_table_by_its_name(reader):
    rows = json.loads(body(reader.get(ADDRESS, {**WEEK, "format": "json", "table": "standing"})))
    assert rows[0] == {"standing": "Active", "people": 3, "verified": 0}


def test_ten_years_of_days_are_whole(reader):
    params = {"start": "2016-11-01", "end": "2026-10-31", "granularity": "day", "format": "csv"}
    assert body(reader.get(ADDRESS, params)).count(b"\n") == 1 + 3_652


def test_the_page_names_the_rows_and_gives_their_addresses(reader):
    text = reader.get(ADDRESS, WEEK).content.decode()
    assert 'aria-label="Download 3 rows"' in text
    for name in ("csv", "xlsx", "json"):
        wanted = f"start=2026-10-05&amp;end=2026-10-07&amp;granularity=day&amp;format={name}"
        assert wanted in text


def test_above_what_a_workbook_holds_the_page_offers_csv(reader, monkeypatch):
    monkeypatch.setattr(exports, "XLSX_ROWS", 2)
    text = reader.get(ADDRESS, WEEK).content.decode()
    assert "3 rows, too many for Excel: take CSV" in text
    assert "format=csv" in text
    assert "granularity=day&amp;format=xlsx" not in text
    refused = reader.get(ADDRESS, {**WEEK, "format": "xlsx"})
    assert refused.status_code == 400
    assert "take CSV" in refused.content.decode()
    assert not AuditEntry.objects.filter(action="download").exists()


def test_without_the_right_there_is_no_download(client):
    from django.contrib.auth.models import Permission

    person = factories.mallory()
    person.user_permissions.add(Permission.objects.get(codename="view_people"))
    client.force_login(person)
    assert client.get(ADDRESS).status_code == 200
    assert client.get(ADDRESS, {"format": "csv"}).status_code == 403


def test_each_leaves_an_entry_with_its_rows(reader):
    body(reader.get(ADDRESS, {**WEEK, "format": "csv"}))
    entry = AuditEntry.objects.get(action="download")
    assert entry.object_label == "People: Sign-ups and new contributors, 5 – 7 Oct 2026"
    assert entry.changes["rows"] == [None, 3]
    assert entry.actor_label == "Rory"


def test_several_downloads_are_no_break_in_the_history(reader):
    for name in ("csv", "json"):
        body(reader.get(ADDRESS, {**WEEK, "format": name}))
    assert AuditEntry.objects.filter(action="download").count() == 2
    assert verify(lambda n: None, lambda n: None).breaks == []


# What of a person may be taken along


@pytest.fixture
def addresses(monkeypatch):
    """A report with e-mail addresses."""
    from dataclasses import dataclass

    @dataclass(frozen=True)
    class AddressRow:
        name: str = column("Name", unit=TEXT)
        email: str = column("E-mail", unit=TEXT, export="users.export_emails")

    table = Table("", AddressRow, lambda question: [AddressRow("=Ida", "ida@example.com")])
    monkeypatch.setattr(reports, "_reports", dict(reports._reports))
    register(Report("addresses", "Addresses", "", PEOPLE, [table], takes_dates=False))


@pytest.mark.parametrize(("person", "has_address"), [("ed", True), ("rory", False)])
def test_addresses_go_with_who_may_export_them(addresses, client, person, has_address):
    client.force_login(getattr(factories, person)())
    response = client.get("/admin/reports/addresses/", {"format": "csv"})
    text = body(response).decode()
    assert ("ida@example.com" in text) == ("E-mail" in text) == has_address
    assert "'=Ida" in text
    assert response["Content-Disposition"].endswith('"addresses.csv"')
