"""What pages show of people beside the content, and what fields offer for typed words."""

import pytest
from django.urls import reverse

from apps.users.models import User
from tests.factories import CategoryFactory, CommentFactory, PostFactory, UserFactory, ed, wren

AUTOCOMPLETE = "/admin/autocomplete/"


@pytest.mark.django_db(transaction=True)
def test_a_changed_user_is_shown_beside_posts_and_comments_at_once(client):
    author = UserFactory(name="Wren Hale")
    post = PostFactory(author=author)
    comment = CommentFactory(post=post, author=author, author_name="")
    client.force_login(ed(is_superuser=True))
    pages = [
        reverse("admin:posts_post_change", args=[post.pk]),
        reverse("admin:posts_comment_change", args=[comment.pk]),
    ]
    for page in pages:
        assert "Wren Hale" in client.get(page).content.decode()
    form = {"name": "Wren Marsh", "email": "wren@example.org", "region": "West", "is_active": "on"}
    profile = {"profile-TOTAL_FORMS": "0", "profile-INITIAL_FORMS": "0"}
    answer = client.post(reverse("admin:users_user_change", args=[author.pk]), {**form, **profile})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert User.objects.get(pk=author.pk).name == "Wren Marsh"
    for page in pages:
        shown = client.get(page).content.decode()
        assert "Wren Marsh" in shown
        assert "wren@example.org" in shown
        assert "West" in shown
        assert "Wren Hale" not in shown


@pytest.mark.django_db
@pytest.mark.parametrize("who", [ed, wren])
def test_fields_offer_what_is_typed(client, who):
    CategoryFactory(name="Harbour")
    client.force_login(who())
    asked = {"app_label": "posts", "model_name": "post", "field_name": "category", "term": "har"}
    found = client.get(AUTOCOMPLETE, asked).json()["results"]
    assert [one["text"] for one in found] == ["Harbour"]


@pytest.mark.django_db
def test_a_comment_s_post_is_found_by_a_word_of_its_title(client):
    post = PostFactory(title="Dredging of the harbour")
    PostFactory(title="Harbour lights", trashed=True)
    client.force_login(ed())
    asked = {"app_label": "posts", "model_name": "comment", "field_name": "post"}
    found = client.get(AUTOCOMPLETE, {**asked, "term": "harbour"}).json()["results"]
    assert [one["id"] for one in found] == [str(post.pk)]


@pytest.mark.django_db
def test_an_e_mail_address_is_shown_to_who_may_see_accounts(client):
    author = UserFactory(email="secret@example.com")
    page = reverse("admin:posts_post_change", args=[PostFactory(author=author).pk])
    for who, sees in ((ed(), True), (wren(), False)):
        client.force_login(who)
        assert ("secret@example.com" in client.get(page).content.decode()) == sees
