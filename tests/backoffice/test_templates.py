"""The list's and the form's templates, through HTTP."""

import datetime
import re

import pytest

from apps.posts.models import Post
from tests.factories import CategoryFactory, PostFactory, UserFactory, ed, rory

pytestmark = pytest.mark.django_db
POSTS = "/admin/posts/post/"
SOME_TIME = datetime.datetime(2026, 11, 18, 16, 41, tzinfo=datetime.UTC)
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def desk(client):
    client.force_login(ed())
    return client


def html(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_an_empty_list_says_what_to_do(desk, client):
    assert "Add the first post" in html(desk, POSTS)
    client.force_login(rory())
    page = html(client, POSTS)
    assert "There are no posts yet." in page
    assert "Add the first post" not in page


def test_a_list_that_nothing_matches_offers_to_clear_the_filters(desk):
    PostFactory()
    page = html(desk, f"{POSTS}?status=archived")
    assert "Nothing matches." in page
    assert 'href="?">Clear all filters' in page


def test_an_empty_trash_leads_back(desk):
    assert "The trash is empty." in html(desk, f"{POSTS}?trash=1")


def test_what_is_searched_and_chosen_is_escaped(desk):
    author = UserFactory(name=HOSTILE)
    PostFactory(author=author, category=CategoryFactory(name=HOSTILE), title=HOSTILE)
    for query in ("", f"?author={author.pk}", "?q=%22%3E%3Cscript%3Ealert(1)", f"?{HOSTILE}=1"):
        page = html(desk, POSTS + query)
        assert "<script>alert" not in page
    page = html(desk, f"{POSTS}{Post.objects.get().pk}/change/")
    assert "<script>alert" not in page


def test_the_filter_form_carries_what_was_clicked_and_not_what_it_asks_itself(desk):
    author = UserFactory(name="Ida Falk")
    page = html(desk, f"{POSTS}?status=draft&author={author.pk}&created_at_from=2026-01-01")
    form = re.search(r'<form[^>]* id="changelist-filter-form">.*?</form>', page, re.DOTALL)[0]
    assert '<input type="hidden" name="status" value="draft">' in form
    assert form.count(' name="author"') == 1
    assert 'value="Ida Falk" placeholder="Start typing" autocomplete="off" data-combobox' in form
    assert f'data-value="{author.pk}"' in form
    assert form.count('name="created_at_from" value="2026-01-01"') == 1


def test_the_search_form_carries_the_filters(desk):
    page = html(desk, f"{POSTS}?status=draft&q=storm")
    form = re.search(r'<form id="changelist-search".*?</form>', page, re.DOTALL)[0]
    assert 'name="status" value="draft"' in form
    assert form.count('name="q"') == 1


def test_who_may_not_add_sees_no_button_for_it(client, desk):
    assert 'href="add/"' in html(desk, POSTS)
    client.force_login(rory())
    assert 'href="add/' not in html(client, POSTS)


def test_the_first_submit_button_of_every_form_saves(desk):
    """Enter presses the first one in the source."""
    post = PostFactory(status="review")
    for address in (f"{POSTS}{post.pk}/change/", f"{POSTS}add/"):
        page = html(desk, address)
        form = page[page.index('id="post_form"') :]
        first = re.search(r'<(?:input type="submit"|button(?! type="button"))[^>]*>', form)[0]
        assert 'name="_save"' in first


def test_labels_point_at_their_fields_and_help_at_its_text(desk):
    page = html(desk, f"{POSTS}{PostFactory().pk}/change/")
    assert '<label class="label required" for="id_title">Title</label>' in page
    assert 'aria-describedby="id_slug_helptext"' in page
    assert 'id="id_slug_helptext"' in page


def test_who_may_only_read_gets_no_field_and_no_save(client):
    client.force_login(rory())
    page = html(client, f"{POSTS}{PostFactory(title='Storm Ylva').pk}/change/")
    assert 'name="title"' not in page
    assert 'name="_save"' not in page
    assert '<div class="readonly">Storm Ylva</div>' in page


def test_errors_are_listed_with_links_to_their_fields(desk):
    post = PostFactory()
    response = desk.post(f"{POSTS}{post.pk}/change/", {"title": "", "slug": "x"})
    page = response.content.decode()
    assert '<a href="#id_title">Title</a>: This field is required.' in page
    assert 'aria-invalid="true"' in page


def test_the_delete_page_says_that_it_can_be_undone(desk):
    page = html(desk, f"{POSTS}{PostFactory().pk}/delete/")
    assert "Move this post to the trash?" in page
    assert "restored from the trash for 30 days" in page
    category = CategoryFactory()
    assert "This cannot be undone." in html(desk, f"/admin/posts/category/{category.pk}/delete/")


def test_who_may_not_write_a_profile_gets_no_field_for_it(client):
    client.force_login(rory())
    page = html(client, f"/admin/users/user/{UserFactory().pk}/change/")
    assert "Profile" in page
    assert 'name="profile-0-bio"' not in page


def test_dates_are_shown_in_the_order_of_the_lists(client):
    client.force_login(rory())
    page = html(client, f"/admin/users/user/{UserFactory(created_at=SOME_TIME).pk}/change/")
    assert "18 Nov 2026, 16:41" in page
