"""Every kind of page in every look: nothing in the console, nothing axe-core finds, nothing cut."""

import pytest
from django.template.loader import render_to_string

pytestmark = pytest.mark.browser

ADDRESSES = {
    "home": "/admin/",
    "section": "/admin/users/",
    "posts": "/admin/posts/post/",
    "posts, filtered": "/admin/posts/post/?status=review&author={ida.pk}",
    "posts, nothing matches": "/admin/posts/post/?status=archived",
    "a post": "/admin/posts/post/{post.pk}/change/",
    "add a post": "/admin/posts/post/add/",
    "delete a post": "/admin/posts/post/{post.pk}/delete/",
    "history of a post": "/admin/posts/post/{post.pk}/history/",
    "a post in the trash": "/admin/posts/post/{trashed.pk}/change/",
    "comments": "/admin/posts/comment/",
    "a comment": "/admin/posts/comment/{comment.pk}/change/",
    "a tag": "/admin/posts/tag/{tag.pk}/change/",
    "delete a category in use": "/admin/posts/category/{category.pk}/delete/",
    "users": "/admin/users/user/",
    "users, a filter unknown": "/admin/users/user/?after=garbage&foo=1",
    "users, the trash": "/admin/users/user/?trash=1",
    "user": "/admin/users/user/{ida.pk}/change/",
    "add a user": "/admin/users/user/add/",
    "delete a user": "/admin/users/user/{ida.pk}/delete/",
    "suspend a user": "/admin/users/user/{ida.pk}/suspend/",
    "a user's password": "/admin/users/user/{ida.pk}/password/",
    "add a group": "/admin/auth/group/add/",
    "schedules": "/admin/operations/schedule/",
    "a schedule": "/admin/operations/schedule/{schedule.pk}/change/",
    "reports": "/admin/reports/",
    "migrations, none": "/admin/reports/migrations/",
    "own password": "/admin/password_change/",
    "password changed": "/admin/password_change/done/",
}
# `make test` looks at one page of each kind, `make test-slow` at all.
ALWAYS = {
    "home",
    "posts",
    "posts, nothing matches",
    "a post",
    "delete a post",
    "user",
    "404",
    "503",
}


def cases(values: dict[str, str]) -> list:
    return [
        pytest.param(value, id=name, marks=() if name in ALWAYS else pytest.mark.slow)
        for name, value in values.items()
    ]


@pytest.mark.parametrize("address", cases(ADDRESSES))
def test_a_page_is_sound_in_every_look(desk, content, audit, address):
    answer = desk.goto(address.format(**content))
    assert answer.status == 200
    audit(desk)


def test_the_login_page_is_sound_in_every_look(tab, audit):
    tab.goto("/admin/login/")
    audit(tab)
    tab.fill("#id_username", "nobody@example.com")
    tab.fill("#id_password", "wrong")
    tab.keyboard.press("Enter")
    tab.wait_for_selector(".errornote")
    audit(tab)


ERRORS = ["400", "403", "403_csrf", "404", "413", "429", "500", "503"]


@pytest.mark.parametrize("name", cases({name: name for name in ERRORS}))
def test_error_pages_are_sound_in_every_look(tab, audit, name):
    # Served in place of the answer, so with its policy and the page's own files.
    page = render_to_string(f"{name}.html")
    tab.route("**/admin/login/", lambda route: route.fulfill(body=page, content_type="text/html"))
    tab.goto("/admin/login/")
    assert f"Status {name[:3]}" in tab.inner_text("#content")
    audit(tab)


def test_a_form_with_errors_is_sound_and_leads_to_them(desk, content, audit):
    desk.goto(f"/admin/users/user/{content['ida'].pk}/change/")
    desk.fill("#id_name", "")
    desk.press("#id_email", "Enter")
    desk.wait_for_selector(".errornote")
    audit(desk)
    desk.click(".errornote a")
    assert desk.evaluate("document.activeElement.id") == "id_name"


def test_nothing_of_the_stock_admins_look_is_loaded(desk, content):
    loaded = []
    desk.on("request", lambda request: loaded.append(request.url))
    for address in ("/admin/users/user/", f"/admin/users/user/{content['ida'].pk}/change/"):
        desk.goto(address, wait_until="networkidle")
    assert any(url.endswith("css/base.css") for url in loaded)
    stock = [url for url in loaded if "/static/admin/" in url and not url.endswith(SHELL_SCRIPTS)]
    assert stock == []


SHELL_SCRIPTS = ("theme.js", "nav_sidebar.js")
