"""What got no answer is kept in the tab and offered back; what was received is not."""

import re

import pytest

from apps.activity.models import AuditEntry
from apps.editing.models import PendingEdit
from apps.posts.actions import save_post
from apps.posts.models import Post
from apps.users.models import Session
from tests.browser.test_presence import cookie_of
from tests.factories import PASSWORD, ed

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OFFER = ".notice.kept"
COPIES = "Object.keys(sessionStorage).filter(name => name.startsWith('kept:')).length"
SIGNS = "document.cookie.includes('received_')"


@pytest.fixture
def address(content) -> str:
    return f"/admin/posts/post/{content['post'].pk}/change/"


@pytest.fixture
def losing(desk):
    """Olive's tab, whose POSTs get no answer: the server has received them or it has not."""

    def lose(*, is_received: bool):
        def handle(route):
            if route.request.method != "POST" or "/presence/" in route.request.url:
                return route.fallback()
            if is_received:
                route.fetch(max_redirects=0)
                # Which came with the answer that is lost.
                desk.context.clear_cookies(name=re.compile("^received_"))
            return route.abort("connectionreset")

        desk.route("**/admin/**", handle)

    return lose


def type_and_save(tab, address: str, title: str) -> None:
    tab.goto(address)
    tab.fill("#id_title", title)
    with tab.expect_event("requestfailed", lambda request: request.method == "POST"):
        tab.press("#id_title", "Enter")
    tab.unroute("**/admin/**")


def fresh(post: Post) -> Post:
    return Post.objects.get(pk=post.pk)


def test_what_did_not_arrive_is_offered_on_the_next_page_and_saved(desk, content, address, losing):
    losing(is_received=False)
    type_and_save(desk, address, "Typed for nobody")
    desk.goto("/admin/")
    assert "got no answer: it may not have been saved" in desk.inner_text(OFFER)
    desk.click("text=Send it again")
    desk.wait_for_selector(".messagelist")
    assert fresh(content["post"]).title == "Typed for nobody"
    assert not desk.is_visible(OFFER)
    assert desk.evaluate(COPIES) == 0
    assert not desk.evaluate(SIGNS)


def test_what_did_arrive_is_only_answered_again(desk, content, address, losing):
    losing(is_received=True)
    type_and_save(desk, address, "Arrived once")
    assert fresh(content["post"]).version == 2
    desk.goto(address)
    desk.click("text=Send it again")
    desk.wait_for_selector(".messagelist")
    assert fresh(content["post"]).version == 2
    assert AuditEntry.objects.filter(object_id=content["post"].pk, version=2).count() == 1


def test_it_is_merged_with_what_was_saved_meanwhile(desk, content, address, losing):
    losing(is_received=False)
    type_and_save(desk, address, "Typed before")
    content["post"].content += "\n\nEd’s paragraph."
    save_post(content["post"], by=ed(), fields=["content"])
    desk.goto(address)
    desk.click("text=Send it again")
    desk.wait_for_selector(".messagelist")
    assert "Ed’s paragraph." in fresh(content["post"]).content
    assert fresh(content["post"]).title == "Typed before"


@pytest.mark.parametrize("title", ["Saved", ""])
def test_what_was_answered_is_not_kept(desk, address, title):
    desk.goto(address)
    desk.fill("#id_title", title)
    desk.press("#id_title", "Enter")
    desk.wait_for_selector(".messagelist, .errornote")
    assert desk.evaluate(COPIES) == 0
    desk.goto("/admin/")
    assert not desk.is_visible(OFFER)


def test_back_from_the_browsers_error_page_offers_it_and_discards_it(desk, address, losing, audit):
    desk.goto("/admin/")
    losing(is_received=False)
    type_and_save(desk, address, "Typed for nobody")
    desk.go_back()
    desk.wait_for_selector(OFFER)
    audit(desk)
    desk.click(f"{OFFER} >> text=Discard")
    assert not desk.is_visible(OFFER)
    desk.goto("/admin/")
    assert desk.evaluate(COPIES) == 0


def test_whoever_else_logs_in_in_the_tab_does_not_see_it(desk, content, address, losing):
    losing(is_received=False)
    type_and_save(desk, address, "Olive’s")
    desk.context.add_cookies([cookie_of(ed())])
    desk.goto("/admin/")
    assert not desk.is_visible(OFFER)
    desk.context.add_cookies([cookie_of(content["olive"])])
    desk.goto("/admin/")
    assert desk.is_visible(OFFER)


def test_a_popup_window_offers_its_own_alone(desk, address, losing):
    losing(is_received=False)
    type_and_save(desk, f"{address}?_popup=1", "In a popup")
    desk.goto("/admin/")
    assert not desk.is_visible(OFFER)
    desk.goto(f"{address}?_popup=1")
    assert desk.is_visible(OFFER)


def test_another_tab_is_not_asked(desk, address, losing):
    losing(is_received=False)
    type_and_save(desk, address, "In the first tab")
    second = desk.context.new_page()
    second.goto(address)
    assert not second.is_visible(OFFER)
    desk.goto("/admin/")
    assert desk.is_visible(OFFER)


def test_an_ended_session_keeps_it_on_the_server_not_here(desk, content, address):
    desk.goto(address)
    desk.fill("#id_title", "Typed too long")
    Session.objects.all().delete()
    desk.press("#id_title", "Enter")
    desk.wait_for_selector("#id_username")
    assert desk.evaluate(COPIES) == 0
    desk.fill("#id_username", content["olive"].email)
    desk.fill("#id_password", PASSWORD)
    desk.press("#id_password", "Enter")
    desk.wait_for_selector("text=Your edit was not saved: your session had ended.")
    desk.click(".submit-row >> text=Save version 2")
    desk.wait_for_selector(".messagelist")
    assert fresh(content["post"]).title == "Typed too long"
    assert PendingEdit.objects.get().resolution == "applied"


def test_passwords_and_files_are_never_stored(desk, losing):
    losing(is_received=False)
    desk.goto("/admin/users/user/add/")
    desk.fill("#id_name", "Nina")
    for name in ("password1", "password2"):
        desk.fill(f"#id_{name}", PASSWORD)
    picture = {"name": "me.png", "mimeType": "image/png", "buffer": b"not kept"}
    if desk.locator("input[type=file]").count():
        desk.set_input_files("input[type=file]", picture)
    with desk.expect_event("requestfailed", lambda request: request.method == "POST"):
        desk.keyboard.press("Control+s")
    desk.unroute("**/admin/**")
    desk.goto("/admin/")
    stored = desk.evaluate("JSON.stringify(sessionStorage)")
    assert "Nina" in stored
    assert PASSWORD not in stored
    assert "not kept" not in stored


def test_with_the_storage_full_saving_works_as_ever(desk, content, address):
    desk.add_init_script(
        """const stock = Storage.prototype.setItem;
        Storage.prototype.setItem = function (name, value) {
            if (name.startsWith("kept:")) throw new DOMException("full", "QuotaExceededError");
            stock.call(this, name, value);
        };"""
    )
    desk.goto(address)
    desk.fill("#id_title", "Saved all the same")
    desk.press("#id_title", "Enter")
    desk.wait_for_selector(".messagelist")
    assert fresh(content["post"]).title == "Saved all the same"


def test_two_clicks_are_one_change_and_leave_no_copy(desk, content, address):
    desk.goto(address)
    desk.fill("#id_title", "Twice")
    desk.dblclick(".submit-row [name=_save]")
    desk.wait_for_selector(".messagelist")
    desk.goto("/admin/")
    assert fresh(content["post"]).version == 2
    assert desk.evaluate(COPIES) == 0
