"""The page of a report: what it shows to whom, compares, links to, and keeps."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from apps.backoffice.rows import NOTHING
from apps.reports import answers
from apps.reports import report as reports
from apps.reports.answers import QUERY_CANCELED
from apps.reports.periods import Period
from apps.reports.report import column, register, report_for
from apps.reports.units import TEXT
from tests import factories
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PEOPLE = "/admin/reports/people/"


@pytest.fixture
def reader(client):
    client.force_login(factories.olive())
    return client


def october(day: int) -> datetime:
    return datetime(2026, 10, day, 12, tzinfo=UTC)


@pytest.fixture
def joined():
    """Six people in the week from 5 October, four in the week before."""
    for day in (5, 5, 6, 7, 8, 11):
        UserFactory(created_at=october(day))
    for day in (1, 1, 2, 4):
        UserFactory(created_at=october(day), region="North")


WEEK = {"start": "2026-10-05", "end": "2026-10-11"}


def text_of(reader, **params) -> str:
    return reader.get(PEOPLE, params).content.decode()


def test_the_default_is_28_days_to_today(reader):
    UserFactory(created_at=timezone.now())
    today = timezone.localdate()
    text = text_of(reader)
    assert f'name="start" value="{today - timedelta(days=27)}"' in text
    assert f'name="end" value="{today}"' in text
    assert text.count('<th scope="row" class="tab"><time') == 28
    assert 'aria-current="true">28 days' in text


def test_today_is_so_far(reader):
    UserFactory(created_at=timezone.now())
    table = text_of(reader).partition("<tbody>")[2]
    assert table.count("so far") == 1
    assert "so far" not in text_of(reader, **WEEK)


def test_a_series_is_newest_first_with_its_total(reader, joined):
    text = text_of(reader, **WEEK).partition("<tbody>")[2]
    assert text.index("Sun 11 Oct") < text.index("Mon 5 Oct")
    foot = text.partition("<tfoot>")[2].partition("</tfoot>")[0]
    assert "7 days" in foot
    assert '<td class="num">6</td>' in foot


def test_it_compares_with_the_period_before(reader, joined):
    text = text_of(reader, **WEEK, compare="1")
    assert "Compare with the 7 days before" in text
    assert "▲ 50.0%" in text
    assert "(better)" in text
    assert "before: 4" in text
    assert "Sign-ups before" in text
    # In the cell of the figure: a column more of each would scroll sideways.
    assert "small figures: the 7 days before" in text
    foot = text.partition("<tfoot>")[2].partition("</tfoot>")[0]
    assert '<td class="num"><small>4</small> 6</td>' in foot
    head = text.partition("<thead>")[2].partition("</thead>")[0]
    assert head.count("<th") == len(report_for("people").tables[0].columns)


def test_without_comparing_nothing_is_said_of_before(reader, joined):
    text = text_of(reader, **WEEK)
    assert "before: " not in text
    assert "Sign-ups before" not in text
    assert "<small>" not in text
    assert "small figures" not in text


def test_the_rows_of_a_heat_map_are_folded(reader, joined):
    text = reader.get("/admin/reports/retention/").content.decode()
    folded = text.partition('<details class="rows"><summary>')[2].partition("</details>")[0]
    assert re.match(r"As a table, \d+ rows</summary>", folded)
    assert "<tbody>" in folded
    assert "<details" not in text_of(reader, **WEEK)


def test_less_is_worse_where_more_is_better(reader, joined):
    text = text_of(reader, start="2026-10-12", end="2026-10-18", compare="1")
    assert "▼ 100.0%" in text
    assert "(worse)" in text


def test_numbers_lead_to_the_list_of_what_they_count(reader, joined):
    text = text_of(reader, **WEEK)
    address = "/admin/users/user/?created_at_from=2026-10-05&amp;created_at_to=2026-10-05"
    assert f'<a href="{address}">2</a>' in text
    listed = reader.get(address.replace("&amp;", "&"))
    assert listed.content.decode().count('name="_selected_action"') == 2


def test_links_keep_the_filter(reader, joined):
    text = text_of(reader, start="2026-10-01", end="2026-10-01", region="North")
    assert "created_at_to=2026-10-01&amp;region=North" in text


def test_who_may_not_open_the_list_sees_numbers_without_links(client, joined):
    person = factories.mallory()
    person.user_permissions.add(permission("view_people"))
    client.force_login(person)
    text = text_of(client, **WEEK)
    assert "<td" in text
    assert "/admin/users/user/" not in text
    assert "format=csv" not in text


def test_what_was_drawn_for_one_is_not_shown_to_who_may_open_less(client, joined):
    client.force_login(factories.olive())
    assert "/admin/users/user/?" in text_of(client, **WEEK)
    person = factories.mallory()
    person.user_permissions.add(permission("view_people"))
    client.force_login(person)
    assert "/admin/users/user/?" not in text_of(client, **WEEK)


def permission(codename: str):
    from django.contrib.auth.models import Permission

    return Permission.objects.get(codename=codename, content_type__app_label="reports")


def test_presets_keep_filter_and_comparison(reader, joined):
    text = text_of(reader, **WEEK, region="North", compare="1")
    assert "compare=1&amp;region=North" in text


def test_an_empty_period_says_so(reader):
    assert "Nothing in this period." in text_of(reader, start="2020-01-01", end="2020-01-28")


def test_the_figures_are_kept_and_read_anew_by_post(reader, joined):
    assert '<td class="num">6</td>' in text_of(reader, **WEEK)
    UserFactory(created_at=october(5))
    assert '<td class="num">6</td>' in text_of(reader, **WEEK)
    address = f"{PEOPLE}?start=2026-10-05&end=2026-10-11"
    answer = reader.post(address)
    assert (answer.status_code, answer["Location"]) == (302, address)
    assert '<td class="num">7</td>' in text_of(reader, **WEEK)


def test_a_page_without_the_cache_is_read_from_the_database(reader, joined, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    assert '<td class="num">6</td>' in text_of(reader, **WEEK)


def test_what_takes_too_long_is_said(reader, monkeypatch):
    error = OperationalError("canceling statement due to statement timeout")
    error.__cause__ = type("Cancelled", (Exception,), {"sqlstate": QUERY_CANCELED})()

    def slow(*args, **options):
        raise error

    monkeypatch.setattr(answers, "read_table", slow)
    page = reader.get(PEOPLE)
    assert page.status_code == 503
    assert "Choose a shorter period." in page.content.decode()


# What a report may have beside


@pytest.fixture
def cards(monkeypatch):
    """A report without a chart, whose figure leads to another report."""

    to_people, to_nothing = reports.ReportLink("people"), reports.ReportLink("nothing")

    @dataclass(frozen=True)
    class CardRow:
        period: Period
        letters: int = column("Letters", headline=True, link=to_people)
        nowhere: int = column("Nowhere", link=to_nothing)

    def rows(question):
        def row(days):
            letters = sum(day.day for day in days.days())
            return CardRow(days, letters, letters)

        return row

    monkeypatch.setattr(reports, "_reports", dict(reports._reports))
    table = reports.Series("Letters", CardRow, rows)
    register(reports.Report("cards", "Cards", "", reports.PUBLISHING, [table], place=0))


def test_without_a_chart_the_tiles_have_lines(cards, reader):
    text = reader.get("/admin/reports/cards/", WEEK).content.decode()
    tile = text.partition('class="cards figures"')[2].partition("</section>")[0]
    assert 'aria-label="Letters per day, rising"' in tile
    assert "spark" not in text_of(reader, **WEEK)


def test_what_is_not_over_is_not_in_the_line(cards, reader):
    today = timezone.localdate()
    params = {"start": today - timedelta(days=1), "end": today}
    assert "spark" not in reader.get("/admin/reports/cards/", params).content.decode()


def test_a_figure_may_lead_to_another_report_of_the_same_days(cards, reader, client):
    text = reader.get("/admin/reports/cards/", WEEK).content.decode()
    address = f"{PEOPLE}?start=2026-10-05&amp;end=2026-10-11"
    assert f'<p class="figure"><a href="{address}">56</a></p>' in text
    assert f'<a href="{PEOPLE}?start=2026-10-06&amp;end=2026-10-06">6</a>' in text
    assert "/admin/reports/nothing/" not in text
    person = factories.mallory()
    person.user_permissions.add(permission("view_publishing"))
    client.force_login(person)
    assert PEOPLE not in client.get("/admin/reports/cards/", WEEK).content.decode()


def test_rows_of_a_table_are_compared_by_their_key_and_have_no_tile(reader, monkeypatch):
    @dataclass(frozen=True)
    class ShelfRow:
        shelf: str = column("Shelf", unit=TEXT)
        letters: int = column("Letters", headline=True)

    def rows(question):
        day = question.period.start.day
        return [ShelfRow("A", day), ShelfRow("B", 40)] if day == 5 else [ShelfRow("A", 7)]

    monkeypatch.setattr(reports, "_reports", dict(reports._reports))
    table = reports.Table("Shelves", ShelfRow, rows, key="shelf")
    register(reports.Report("shelves", "Shelves", "", reports.PUBLISHING, [table]))
    text = reader.get("/admin/reports/shelves/", {**WEEK, "compare": "1"}).content.decode()
    assert '<td class="num strong"><small>7</small> 5</td>' in text
    assert f'<td class="num strong"><small>{NOTHING}</small> 40</td>' in text
    assert 'class="figure"' not in text


def test_the_first_of_a_group_stands_first(cards):
    assert reports.all_reports()[0].slug == "cards"


def test_the_index_shows_the_groups_of_what_one_may_read(client):
    client.force_login(factories.rory())
    text = client.get("/admin/reports/").content.decode()
    assert ">People</h2>" in text
    assert PEOPLE in text


def test_reports_are_the_first_section_of_the_sidebar(client):
    client.force_login(factories.rory())
    text = client.get(PEOPLE).content.decode()
    sidebar = text.partition('id="nav-sidebar"')[2].partition("</nav>")[0]
    assert sidebar.index("app-reports") < sidebar.index("app-posts")
    assert '<tr class="model-people current-model">' in sidebar
    client.force_login(factories.wren())
    assert "app-reports" not in client.get("/admin/").content.decode()


def test_a_forged_address_does_no_harm(reader):
    for params in ({"region": "\x00"}, {"start": "1' OR 1=1"}, {"\x00": "1"}, {"region": "<b>"}):
        page = reader.get(PEOPLE, params)
        assert page.status_code == 400
        assert "<b>" not in page.content.decode()
