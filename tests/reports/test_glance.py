"""Reports at a glance: the tiles of the home page, and the lines of the index."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.reports import glance, panels
from apps.reports.answers import TooSlow
from apps.reports.report import report_for
from apps.users.models import User
from tests.factories import UserFactory, olive, rory, wren

pytestmark = pytest.mark.django_db
HOME, INDEX = "/admin/", "/admin/reports/"


@pytest.fixture
def signups():
    """Five in the last seven days, four in the seven before."""
    today = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    for days_ago in (0, 1, 2, 3, 6, 7, 8, 12, 13, 14):
        user = UserFactory()
        User.objects.filter(pk=user.pk).update(created_at=today - timedelta(days=days_ago))


def people():
    return glance.glance(report_for("people"), 160, 32)


def test_a_figure_is_of_seven_days_and_compared_with_the_seven_before(signups):
    found = people()
    assert (found.tile.figure, found.tile.before) == ("5", "4")
    assert (found.tile.arrow, found.tile.delta, found.tile.css) == ("▲", "25.0%", "good")
    assert 'aria-label="Sign-ups per day, last 28 days' in found.spark
    assert found.link == "/admin/reports/people/"


def test_as_many_as_before_is_said(client):
    client.force_login(rory())
    User.objects.update(created_at=timezone.now() - timedelta(days=100))
    assert "0 in the week before" in client.get(HOME).content.decode()


def test_the_home_page_shows_who_may_read_the_report_its_figure(client, signups):
    client.force_login(rory())
    page = client.get(HOME).content.decode()
    assert "The last seven days" in page
    assert re.search(r'href="/admin/reports/people/">\s*5', page)
    assert 'href="/admin/reports/people/"' in client.get(INDEX).content.decode()
    client.force_login(wren())
    assert "The last seven days" not in client.get(HOME).content.decode()


def test_reports_that_begin_with_the_same_figure_have_one_tile(client, monkeypatch):
    same = report_for("people")
    monkeypatch.setattr(panels, "readable_by", lambda user: [same, same])
    client.force_login(rory())
    assert client.get(HOME).content.decode().count("Sign-ups</h") == 1


def test_home_reads_no_more_reports_than_it_shows(client, monkeypatch):
    read, answer = [], glance.answer
    monkeypatch.setattr(
        glance,
        "answer",
        lambda report, *args, **how: read.append(report) or answer(report, *args, **how),
    )
    client.force_login(olive())
    page = client.get(HOME).content.decode()
    assert len(read) == panels.SHOWN == page.count("the week before</p>")


def test_what_cannot_be_read_now_is_left_out(client, monkeypatch):
    def stopped(*args, **options):
        raise TooSlow

    monkeypatch.setattr(glance, "answer", stopped)
    client.force_login(rory())
    assert people() is None
    assert "The last seven days" not in client.get(HOME).content.decode()
    assert client.get(INDEX).status_code == 200
