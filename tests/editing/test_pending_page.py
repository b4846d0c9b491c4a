"""What the page of a pending edit says."""

import pytest

from apps.editing.merged import change_in
from apps.editing.pending_page import merged_sentence, to_decide, typed_texts
from apps.posts.actions import save_post
from tests.factories import CategoryFactory, PendingEditFactory, PostFactory, TagFactory, olive


@pytest.mark.parametrize(
    ("merged", "text"),
    [
        (0, "Nothing was merged by itself"),
        (1, "One change was merged by itself"),
        (4, "Four changes were merged by themselves"),
        (1234, "1,234 changes were merged by themselves"),
    ],
)
def test_changes_are_counted_in_words(merged, text):
    assert merged_sentence(merged) == text


def test_what_needs_somebody_is_said_last():
    assert [to_decide(number) for number in (0, 1, 2)] == ["", "one needs you", "two need you"]


def test_a_change_is_shown_with_a_little_of_what_stands_around_it():
    before, after = "a word " * 30, " and so on" * 30
    shown = change_in(f"{before}old{after}", f"{before}new{after}")
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert "<del>old</del>" in shown
    assert len(shown) < 250


def test_what_stands_between_two_changes_is_shown_from_both_sides():
    between = "begins " + "in between " * 30 + "and ends"
    shown = change_in(f"one {between} two", f"1 {between} 2")
    assert "begins" in shown
    assert "and ends" in shown
    assert shown.count("…") == 1


@pytest.mark.django_db
def test_what_was_typed_names_objects_and_leaves_out_what_nobody_typed():
    category, tags = CategoryFactory(name="Harbour"), TagFactory.create_batch(2)
    data = {
        "category": [str(category.pk)],
        "tags": [str(tag.pk) for tag in tags],
        "profile-0-bio": ["Runs the smokehouse."],
        "profile-TOTAL_FORMS": ["1"],
        "profile-0-id": ["7"],
        "slug": [""],
        "_publish": ["Publish"],
    }
    edit = PendingEditFactory.build(user=None, object_id=1, payload={"data": data, "files": {}})
    assert typed_texts(edit) == [
        ("Category", "Harbour"),
        ("Tags", ", ".join(sorted(tag.name for tag in tags))),
        ("Bio", "Runs the smokehouse."),
    ]


@pytest.mark.django_db
def test_what_is_there_already_is_done_with_one_click(client):
    post, by = PostFactory(title="Harbour dredging"), olive()
    data = {"title": ["Harbour dredging"], "content": [post.content], "slug": [post.slug]}
    data |= {"author": [str(post.author_id)], "kind": [post.kind]}
    edit = PendingEditFactory(user=by, object_id=post.pk, payload={"data": data, "files": {}})
    client.force_login(by)
    page = client.get(f"/admin/editing/pending/{edit.pk}/").content.decode()
    assert "<h1>Nothing is left to save</h1>" in page
    assert 'value="Done" class="default"' in page
    assert "Reason" not in page


@pytest.mark.django_db
def test_what_was_decided_without_a_script_is_still_decided_when_it_comes_back(client):
    post, by = PostFactory(kind="post", title="Old"), olive()
    edit = PendingEditFactory(
        user=by, object_id=post.pk, payload={"data": {"title": ["Mine"]}, "files": {}}
    )
    post.title = "Theirs"
    save_post(post, by=olive(email="o2@example.com"), fields=["title"])
    edit.payload |= {"decided": {"c1": ["theirs"], "r1": ["Mine"]}, "decided_at": post.version}
    edit.save()
    client.force_login(by)
    page = client.get(f"/admin/editing/pending/{edit.pk}/").content.decode()
    assert 'name="c1" value="theirs" checked' in page
