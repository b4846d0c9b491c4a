import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.activity.models import AuditEntry
from apps.posts import actions as posts
from apps.posts.models import Category, Comment
from tests.factories import CommentFactory, PostFactory, ed, mallory, maud, olive

pytestmark = pytest.mark.django_db


def panel(client, who) -> str:
    client.force_login(who)
    html = client.get("/admin/").content.decode()
    return html.partition('id="recent-actions-module"')[2].partition("</section>")[0]


def test_one_sees_ones_own_actions_newest_first(client):
    by, other = ed(), olive()
    post = PostFactory(title="Ferry strike called off")
    posts.publish_post(post, by=by)
    posts.archive_post(post, by=by)
    posts.move_post_to_trash(PostFactory(title="Somebody else’s"), by=other)
    html = panel(client, by)
    assert html.index("Archived") < html.index("Published")
    assert f'<a href="/admin/posts/post/{post.pk}/change/">Ferry strike called off</a>' in html
    address = f"/admin/posts/post/{post.pk}/history/?to=2"
    assert f'Post · <a href="{address}">version 2</a> · ' in html
    assert "Version 1 and version 2" in client.get(address).content.decode()
    assert "Somebody else" not in html


def test_six_are_shown(client):
    by = ed()
    for number in range(8):
        posts.publish_post(PostFactory(title=f"Number {number}"), by=by)
    html = panel(client, by)
    assert html.count("<li>") == 6
    assert "Number 7" in html
    assert "Number 1" not in html


def test_a_set_is_one_line(client):
    by = maud()
    client.force_login(by)
    comments = CommentFactory.create_batch(3)
    data = {"action": "approve", "_selected_action": [one.pk for one in comments]}
    assert client.post("/admin/posts/comment/", data).status_code == 302
    assert Comment.objects.filter(status="approved").count() == 3
    html = panel(client, by)
    assert html.count("<li>") == 1
    assert "Approved 3 comments" in html


def test_what_is_gone_has_no_link(client):
    by, category = ed(), Category(name="Sea", slug="sea")
    posts.create_topic(category, by=by)
    posts.delete_category(category, by=by)
    deleted, _, added = panel(client, by).partition("</li>")
    assert "Deleted Sea" in deleted
    assert "href" not in deleted
    assert "href" in added


def test_labels_are_text(client):
    by = ed()
    posts.publish_post(PostFactory(title="<script>alert(1)</script>"), by=by)
    assert "&lt;script&gt;alert(1)" in panel(client, by)


def test_who_has_done_nothing_reads_so(client):
    assert "What you save, publish or move stands here." in panel(client, mallory())


def test_home_costs_the_same_however_much_one_did(client):
    by, costs = ed(), []
    client.force_login(by)
    for more in (1, 20):
        for _ in range(more):
            posts.publish_post(PostFactory(), by=by)
        client.get("/admin/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/admin/")
        costs.append([query for query in queries if "auditentry" in query["sql"]])
    assert [len(cost) for cost in costs] == [1, 1]
    assert "changes" not in costs[0][0]["sql"]


def test_only_who_may_see_it_holds_the_right_to_the_audit():
    assert olive().has_perm("activity.view_auditentry")
    for other in (ed(), maud(), mallory()):
        assert not other.has_perm("activity.view_auditentry")
    assert AuditEntry._meta.default_permissions == ("view",)
