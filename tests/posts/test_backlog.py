"""The alert on what has waited for too long, for who can see to it and nobody else."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.clients import StaffClient
from tests.factories import (
    CommentFactory,
    PostFactory,
    ed,
    mallory,
    maud,
    olive,
    otto,
    rory,
    wren,
)

pytestmark = pytest.mark.django_db
REVIEW = "waiting for an editor for more than 3 days"
COMMENTS = "waiting for a moderator for more than 2 days"


def home_of(person) -> str:
    client = StaffClient()
    client.force_login(person)
    return client.get("/admin/").content.decode()


@pytest.fixture
def waiting():
    """Two posts and a comment for longer than they should, and one of each for an hour less."""
    now = timezone.now()
    for days in (3.1, 40, 2.9):
        PostFactory(status="review", submitted_at=now - timedelta(days=days))
    for days in (2.1, 1.9):
        CommentFactory(created_at=now - timedelta(days=days), status="pending")
    CommentFactory(created_at=now - timedelta(days=9), status="approved")


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        (olive, [REVIEW, COMMENTS]),
        (ed, [REVIEW, COMMENTS]),
        (maud, [COMMENTS]),
        (wren, []),
        (rory, []),
        (otto, []),
        (mallory, []),
    ],
)
def test_who_can_see_to_it_is_told(waiting, who, sees):
    page = home_of(who())
    assert [said for said in (REVIEW, COMMENTS) if said in page] == sees


def test_it_says_how_many_and_leads_there(waiting):
    page = home_of(ed()).partition('id="backlog"')[2].partition("</section>")[0]
    assert ">2 posts</a>" in page
    assert 'href="/admin/posts/post/?status=review&amp;o=created_at"' in page
    assert ">1 comment</a>" in page
    assert 'href="/admin/posts/comment/?status=pending&amp;o=created_at"' in page


def test_nothing_while_all_is_well():
    now = timezone.now()
    PostFactory(status="review", submitted_at=now)
    PostFactory(status="draft", created_at=now - timedelta(days=400))
    CommentFactory(created_at=now)
    assert 'id="backlog"' not in home_of(olive())
