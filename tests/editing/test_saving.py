"""Two people at one object: every outcome of saving beside somebody else."""

import re

import pytest
from django.urls import reverse

from apps.activity.models import AuditEntry
from apps.editing.models import PendingEdit
from apps.editing.opened import NAME, Opened
from apps.posts import actions
from tests.factories import CategoryFactory, PostFactory, TagFactory, ed, olive

pytestmark = pytest.mark.django_db
TEXT = (
    "Dredging of the harbour will begin in January. It lasts ten weeks.\n\n"
    "Fishing boats keep their berths at the quay. The slipway stays open.\n\n"
    "Residents can ask questions at the harbour office.\n"
)


def page_of(obj, name="change") -> str:
    return reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_{name}", args=[obj.pk])


def fresh(obj):
    return type(obj).objects.get(pk=obj.pk)


class Form:
    """The edit page of a post, opened by somebody, and what he makes of it."""

    def __init__(self, client, who, post):
        self.client, self.who, self.post = client, who, post
        self.client.force_login(who)
        self.data = {
            "title": post.title,
            "slug": post.slug,
            "content": post.content.replace("\n", "\r\n"),
            "category": post.category_id or "",
            "tags": list(post.tags.values_list("pk", flat=True)),
            "author": post.author_id,
            "kind": post.kind,
            "publish_at_0": "",
            "publish_at_1": "",
            NAME: Opened.now(who.pk, "posts.post", post).signed(),
        }

    def save(self, **changes):
        self.client.force_login(self.who)
        self.data |= changes
        return self.client.post(page_of(self.post), self.data)


@pytest.fixture
def both(client):
    """Ed and Olive have the same post open."""
    post = PostFactory(title="Harbour dredging", content=TEXT, category=CategoryFactory())
    post.tags.set([TagFactory(name="budget"), TagFactory(name="harbour")])
    return Form(client, ed(), post), Form(client, olive(), post)


def replaced(old: str, new: str) -> str:
    assert old in TEXT
    return TEXT.replace(old, new)


def test_different_fields_are_merged(both):
    eds, olives = both
    assert eds.save(title="Dredging moves").status_code == 302
    assert olives.save(content=replaced("January", "February")).status_code == 302
    post = fresh(eds.post)
    assert (post.title, post.version) == ("Dredging moves", 3)
    assert "February" in post.content
    entry = AuditEntry.objects.get(object_id=post.pk, version=3)
    assert (entry.source, list(entry.changes)) == ("merge", ["content"])


def test_the_same_value_is_saved_once(both):
    eds, olives = both
    eds.save(title="Dredging moves")
    assert olives.save(title="Dredging moves").status_code == 302
    assert fresh(eds.post).version == 2


def test_a_short_field_that_both_changed_asks(both):
    eds, olives = both
    eds.save(title="Harbour dredging moves")
    answer = olives.save(title="Harbour dredging, port says")
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Merge your edit" in page
    assert "Harbour dredging" in page
    pending = PendingEdit.objects.get()
    assert (pending.user, pending.cause, pending.opened_version) == (olives.who, "conflict", 1)
    assert fresh(eds.post).title == "Harbour dredging moves"


def test_different_paragraphs_are_merged(both):
    eds, olives = both
    eds.save(content=replaced("January", "February"))
    answer = olives.save(content=replaced("stays open", "is closed"))
    assert answer.status_code == 302
    content = fresh(eds.post).content
    assert "February" in content
    assert "is closed" in content


def test_one_paragraph_is_merged_by_the_sentence(both):
    eds, olives = both
    eds.save(content=replaced("January", "February"))
    assert olives.save(content=replaced("ten weeks", "nine weeks")).status_code == 302
    assert "February. It lasts nine weeks." in fresh(eds.post).content


def test_one_sentence_asks_and_is_finished_with_one_click(both):
    eds, olives = both
    eds.save(content=replaced("January", "February"))
    answer = olives.save(content=replaced("will begin", "begins"), title="Olive’s title")
    assert answer.status_code == 409
    pending = PendingEdit.objects.get()
    address = reverse("editing:pending", args=[pending.pk])
    page = answer.content.decode()
    assert f'action="{address}"' in page
    token = re.search(r'name="_opened" value="([^"]+)"', page)[1]
    text = re.search(r'name="r1" rows="\d+">\n([^<]*)<', page)[1]
    done = olives.client.post(address, {"_save": "1", NAME: token, "c1": "text", "r1": text})
    assert done.status_code == 302
    post = fresh(eds.post)
    assert (post.title, post.version) == ("Olive’s title", 3)
    assert "Dredging of the harbour begins in February." in post.content
    pending.refresh_from_db()
    assert pending.resolution == "merged"
    again = olives.client.post(address, {"_save": "1", NAME: token, "c1": "text", "r1": text})
    assert again.status_code == 302
    assert fresh(post).version == 3


def test_tags_combine(both):
    eds, olives = both
    budget, harbour = (eds.post.tags.get(name=name).pk for name in ("budget", "harbour"))
    port, fishing = TagFactory(name="port"), TagFactory(name="fishing")
    eds.save(tags=[budget, harbour, port.pk])
    assert olives.save(tags=[harbour, fishing.pk]).status_code == 302
    assert {tag.name for tag in eds.post.tags.all()} == {"harbour", "port", "fishing"}


def test_a_step_that_is_no_longer_possible_is_an_error_with_the_input_kept(both):
    eds, olives = both
    eds.save(_publish="1")
    answer = olives.save(title="Mine", _submit="1")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "cannot be submitted" in page
    assert 'value="Mine"' in page
    assert fresh(eds.post).version == 2


def test_who_edits_what_was_deleted_restores_it_with_his_edit(both):
    eds, olives = both
    actions.move_post_to_trash(eds.post, by=eds.who)
    answer = olives.save(title="Still needed")
    assert answer.status_code == 409
    page = answer.content.decode()
    assert f"{eds.who.name} moved this post to the trash" in page
    pending = PendingEdit.objects.get()
    address = reverse("editing:pending", args=[pending.pk])
    token = re.search(r'name="_opened" value="([^"]+)"', page)[1]
    assert olives.client.post(address, {"_restore": "1", NAME: token}).status_code == 302
    post = fresh(eds.post)
    assert (post.title, post.deleted_at) == ("Still needed", None)


def test_who_deletes_what_was_edited_is_shown_what_changed(both):
    eds, olives = both
    eds.save(title="Edited")
    olives.client.force_login(olives.who)
    data = {"post": "yes", NAME: olives.data[NAME]}
    answer = olives.client.post(page_of(eds.post, "delete"), data)
    assert answer.status_code == 200
    assert f"{eds.who.name} changed title since you opened this page" in answer.content.decode()
    assert fresh(eds.post).deleted_at is None


def test_the_same_form_twice_is_one_change_with_the_same_answer(both):
    eds, _ = both
    first = eds.save(title="Once", _continue="1")
    second = eds.save()
    assert (first.status_code, first.url) == (second.status_code, second.url)
    assert fresh(eds.post).version == 2


def test_the_same_form_with_another_text_is_an_edit_from_the_same_base(both):
    eds, _ = both
    eds.save(title="Once")
    assert eds.save(content=replaced("January", "May")).status_code == 302
    post = fresh(eds.post)
    assert (post.title, post.version) == ("Once", 3)
    assert "May" in post.content


def test_what_is_typed_while_the_session_ends_comes_back_after_login(both):
    eds, _ = both
    eds.client.logout()
    data = eds.data | {"title": "Typed late", "content": replaced("January", "May")}
    answer = eds.client.post(page_of(eds.post), data)
    pending = PendingEdit.objects.get()
    address = reverse("editing:pending", args=[pending.pk])
    assert answer.url == f"/admin/login/?next={address}"
    login = eds.client.get(answer.url).content.decode()
    assert "<b>Your edit is kept</b> and waits for you after you log in." in login
    assert "Your edit is kept" not in eds.client.get(answer.url).content.decode()
    assert (pending.user, pending.cause, pending.object_label) == (
        eds.who,
        "session",
        "Harbour dredging",
    )
    eds.client.force_login(eds.who)
    assert "1 edit waiting" in eds.client.get("/admin/").content.decode()
    assert address in eds.client.get(page_of(eds.post)).content.decode()
    page = eds.client.get(address).content.decode()
    token = re.search(r'name="_opened" value="([^"]+)"', page)[1]
    assert eds.client.post(address, {"_save": "1", NAME: token}).status_code == 302
    assert fresh(eds.post).title == "Typed late"
    assert "edit waiting" not in eds.client.get("/admin/").content.decode()


def test_a_form_that_was_kept_and_is_sent_again_after_login_leaves_nothing_waiting(both):
    eds, _ = both
    data = eds.data | {"title": "Typed late"}
    eds.client.logout()
    eds.client.post(page_of(eds.post), data)
    eds.client.force_login(eds.who)
    assert eds.client.post(page_of(eds.post), data).status_code == 302
    assert fresh(eds.post).title == "Typed late"
    assert PendingEdit.objects.get().resolution == "applied"


def test_nothing_is_kept_for_who_has_no_token_of_ours(both):
    eds, _ = both
    eds.client.logout()
    for token in ("", "forged", eds.data[NAME] + "x"):
        answer = eds.client.post(page_of(eds.post), eds.data | {NAME: token})
        assert answer.url.startswith("/admin/login/?next=/admin/posts/")
    assert not PendingEdit.objects.exists()


def test_a_form_of_another_login_is_kept(both):
    eds, _ = both
    eds.client.handler.enforce_csrf_checks = True
    answer = eds.client.post(page_of(eds.post), eds.data | {"title": "Typed"})
    assert answer.status_code == 403
    # Olive is logged in; the form was Ed's.
    assert "What you typed is kept" in answer.content.decode()
    assert PendingEdit.objects.get().user == eds.who


def test_what_a_bug_would_have_eaten_is_waiting(both, monkeypatch):
    eds, _ = both

    def broken(*args, **options):
        raise RuntimeError("A bug.")

    monkeypatch.setattr(actions, "write_post", broken)
    with pytest.raises(RuntimeError):
        eds.save(title="Typed")
    pending = PendingEdit.objects.get()
    assert (pending.cause, pending.payload["data"]["title"]) == ("error", ["Typed"])
