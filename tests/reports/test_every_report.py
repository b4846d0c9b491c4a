"""What each registered report gets from the base, and owes it."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.backoffice import admin as backoffice_admin
from apps.reports.answers import answer
from apps.reports.links import ListLink
from apps.reports.periods import Granularity
from apps.reports.question import Asked
from apps.reports.report import all_reports
from tests import factories
from tests.clients import StaffClient
from tests.sizes import LIST_ROWS, size

pytestmark = pytest.mark.django_db
REPORTS = all_reports()
EVERY = pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.slug)
DATED = [report for report in REPORTS if report.takes_dates]
# The report page may ask so often, whatever it shows, with everything: the session, BEGIN, the
# level of the transaction, how far the totals reach, its numbers, COMMIT. A test that is rolled
# back has savepoints for BEGIN and COMMIT, and cannot set the level.
MOST_QUERIES = 15
NOT_SEEN = 1
# How far back a page by day, week or month goes: ten years by day are 40 s of tests.
YEARS = {"day": size(400, 3_652), "week": 3_652, "month": 3_652}
REFUSED = [
    ({"colour": "red"}, "There is no filter “colour”."),
    ({"start": "yesterday"}, "From: Enter a valid date."),
    ({"start": "2026-02-30"}, "From: Enter a valid date."),
    ({"start": "0001-01-01"}, "Choose at most ten years."),
    ({"start": "2026-02-02", "end": "2026-02-01"}, "The first day comes after the last."),
    ({"end": "9999-12-31"}, "The last day, 9999-12-31, has not come yet."),
    ({"start": "9999-12-31"}, "The first day, 9999-12-31, has not come yet."),
    ({"end": "1600-01-01"}, "There is nothing before 1970."),
    ({"granularity": "hour"}, "By: Select a valid choice."),
    ({"format": "pdf"}, "There is no format “pdf”."),
    ({"table": "none"}, "There is no such table in this report."),
]


def page_of(report) -> str:
    return f"/admin/reports/{report.slug}/"


@pytest.fixture
def reader(client) -> StaffClient:
    client.force_login(factories.olive())
    return client


def test_there_are_reports():
    assert len(REPORTS) >= 1


@EVERY
def test_it_has_a_page_with_its_charts(report, reader, busy):
    busy(10)
    page = reader.get(page_of(report))
    assert page.status_code == 200
    text = page.content.decode()
    assert f"<h1>{report.title}</h1>" in text
    assert "As of" in text
    assert "<table" in text
    drawn = [table for table in report.tables if table.chart]
    assert text.count('role="img"') >= len(drawn)
    for table in drawn:
        assert all(table.column(name).unit.is_number for name in table.chart.columns)


@EVERY
def test_nothing_happened(report, reader):
    page = reader.get(page_of(report), {"start": "2001-01-01", "end": "2001-01-28"})
    assert page.status_code == (200 if report.takes_dates else 400)
    if report.takes_dates:
        assert any(table.empty in page.content.decode() for table in report.tables)


@pytest.mark.parametrize("report", DATED, ids=lambda report: report.slug)
def test_one_day_and_ten_years(report, reader, busy):
    busy(10)
    today = timezone.localdate()
    for granularity in Granularity.values:
        for start in (today, today - timedelta(days=YEARS[granularity])):
            asked = {"start": start, "end": today, "granularity": granularity}
            asked |= {"compare": "1"} if report.is_compared else {}
            page = reader.get(page_of(report), {name: str(value) for name, value in asked.items()})
            assert page.status_code == 200


@EVERY
def test_what_it_does_not_know_is_refused_with_a_sentence(report, reader):
    for params, said in REFUSED:
        takes = report.takes_dates or not params.keys() & {"start", "end", "granularity"}
        page = reader.get(page_of(report), params)
        assert page.status_code == 400, params
        assert (said if takes else "There is no filter") in page.content.decode()


@EVERY
def test_it_is_compared_or_says_that_it_is_not(report, reader):
    page = reader.get(page_of(report), {"compare": "1"})
    assert page.status_code == (200 if report.is_compared else 400)
    assert reader.get(page_of(report), {"compare": "2"}).status_code == 400


@EVERY
def test_only_who_holds_its_right_reads_it(report, client):
    for person in (factories.olive(), factories.rory(), factories.otto(), factories.mallory()):
        client.force_login(person)
        expected = 200 if person.has_perm(report.needs) else 403
        assert client.get(page_of(report)).status_code == expected


def test_their_queries_do_not_grow_with_the_rows(reader, busy):
    def queries() -> dict[str, int]:
        return {report.slug: queries_of(reader, report) for report in REPORTS}

    busy(10)
    queries()
    few = queries()
    busy(LIST_ROWS - 10)
    assert queries() == few
    assert max(few.values()) <= MOST_QUERIES - NOT_SEEN, few


def queries_of(reader, report) -> int:
    cache.clear()
    with CaptureQueriesContext(connection) as seen:
        reader.get(page_of(report), {"compare": "1"} if report.is_compared else {})
    return len(seen)


@EVERY
def test_what_is_kept_costs_two_queries(report, reader, django_assert_num_queries):
    """The session, and whether a day has changed."""
    reader.get(page_of(report))
    with django_assert_num_queries(2):
        reader.get(page_of(report))


def test_what_is_kept_is_what_was_read(busy):
    busy(10)
    for report in REPORTS:
        question, how = Asked(report, {}).question, {"compare": True, "person_id": None}
        read, kept = [answer(report, question, **how) for _ in range(2)]
        assert kept.fresh is None
        assert kept.results == read.results, report.slug


@EVERY
def test_it_says_what_its_numbers_mean(report):
    for table in report.tables:
        for column in table.columns:
            assert column.name in table.field_names
            assert not column.unit.is_number or column.definition.endswith("."), column.label


@EVERY
def test_what_it_links_to_knows_the_filters(report):
    for link in [column.link for table in report.tables for column in table.columns]:
        if isinstance(link, ListLink):
            known = parameters_of_list(link.model)
            wanted = {*link.params, *link.fields, *link.filters}
            wanted |= {f"{link.dates}_from", f"{link.dates}_to"} if link.dates else set()
            assert wanted <= known


def parameters_of_list(label: str) -> set[str]:
    from django.apps import apps
    from django.contrib import admin

    model_admin = admin.site.get_model_admin(apps.get_model(label))
    assert isinstance(model_admin, backoffice_admin.ModelAdmin)
    return {name for filter_ in model_admin.filters for name in filter_.parameters}


@EVERY
def test_the_first_table_is_the_one_downloads_give(report):
    assert report.table("") is report.tables[0]
    assert len({table.name for table in report.tables}) == len(report.tables)


def test_a_slug_is_taken_once():
    from apps.reports.report import Report, register

    with pytest.raises(ValueError, match="already"):
        register(Report("people", "P", "", REPORTS[0].group, []))
