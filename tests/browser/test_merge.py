"""Two people at one post, each in a browser of his own; and the pages of edits that wait."""

import pytest

from apps.activity.models import AuditEntry
from apps.editing.models import PendingEdit
from apps.posts import actions as posts
from apps.posts.models import Post
from apps.users.models import Session
from tests.browser.conftest import WIDE
from tests.browser.test_presence import cookie_of
from tests.factories import PASSWORD, PendingEditFactory, ed

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TEXT = (
    "Dredging of the inner harbour will begin in January. It lasts ten weeks.\n\n"
    "Fishing boats keep their berths at the quay.\n\n"
    "Residents can ask questions at the harbour office."
)
FINISH = ".submit-row input.default"


@pytest.fixture
def post(content) -> Post:
    post = content["post"]
    Post.objects.filter(pk=post.pk).update(title="Harbour dredging", content=TEXT)
    post.refresh_from_db()
    return post


@pytest.fixture
def address(post) -> str:
    return f"/admin/posts/post/{post.pk}/change/"


@pytest.fixture
def eds(browser, live_server):
    """Ed's tab, in a browser of his own."""
    context = browser.new_context(base_url=live_server.url, viewport=WIDE)
    context.add_cookies([cookie_of(ed())])
    yield context.new_page()
    context.close()


def fresh(post: Post) -> Post:
    return Post.objects.get(pk=post.pk)


def save(tab, *, title: str = "", **replaced: str) -> None:
    """Words of the content in place of others, by the keyboard's Ctrl+S."""
    if title:
        tab.fill("#id_title", title)
    text = tab.input_value("#id_content")
    for old, new in replaced.items():
        assert old in text
        text = text.replace(old, new)
    tab.fill("#id_content", text)
    tab.keyboard.press("Control+s")
    tab.wait_for_selector(".messagelist, #merge_form")


def both_edit(desk, eds, address, *, title: str = "") -> None:
    """The same sentence both, and a paragraph that only Olive changed."""
    desk.goto(address)
    eds.goto(address)
    save(eds, title=title and "Harbour dredging moves", January="February")
    save(desk, title=title, begin="start", quay="north quay")


def test_the_second_finishes_in_one_click_and_both_texts_are_in_the_post(desk, eds, address, post):
    both_edit(desk, eds, address)
    assert "one needs you" in desk.inner_text(".lead")
    desk.click(FINISH)
    desk.wait_for_selector(".messagelist")
    content = fresh(post).content
    assert "will start in February." in content
    assert "at the north quay" in content
    assert fresh(post).version == 3


@pytest.mark.parametrize(
    ("title", "says"), [("", "one needs you"), ("Harbour dredging, port says", "two need you")]
)
def test_one_and_two_conflicts_are_sound_in_every_look(desk, eds, address, audit, title, says):
    both_edit(desk, eds, address, title=title)
    assert says in desk.inner_text(".lead")
    audit(desk)


def test_the_keyboard_chooses_and_enter_saves(desk, eds, address, post):
    both_edit(desk, eds, address)
    focused = "document.activeElement"
    assert desk.evaluate(f"[{focused}.name, {focused}.value]") == ["c1", "text"]
    desk.keyboard.press("ArrowUp")
    desk.keyboard.press("ArrowUp")
    assert "will start in January" in desk.input_value("#r1")
    desk.keyboard.press("Enter")
    desk.wait_for_selector(".messagelist")
    assert "will start in January." in fresh(post).content


def test_what_is_typed_into_the_result_is_saved(desk, eds, address, post):
    both_edit(desk, eds, address)
    desk.click("text=Ed’s >> nth=-1")
    desk.fill("#r1", "Neither of the two.")
    assert desk.is_checked("[name=c1][value=text]")
    desk.keyboard.press("Control+s")
    desk.wait_for_selector(".messagelist")
    assert fresh(post).content.startswith("Neither of the two. It lasts ten weeks.")


def test_a_third_editor_comes_in_between(desk, eds, address, post):
    both_edit(desk, eds, address)
    eds.goto(address)
    save(eds, title="Ed’s third thought")
    desk.click(FINISH)
    desk.wait_for_selector(".messagelist")
    assert fresh(post).title == "Ed’s third thought"
    assert "will start in February." in fresh(post).content


def test_what_conflicts_with_something_in_the_trash_is_decided_and_both_come_back(
    desk, eds, address, post, audit
):
    desk.goto(address)
    eds.goto(address)
    save(eds, January="February")
    eds.goto(address.replace("change", "delete"))
    eds.fill("#id_reason", "Called off")
    eds.keyboard.press("Enter")
    eds.wait_for_selector(".messagelist")
    save(desk, begin="start")
    assert "Ed moved this post to the trash" in desk.inner_text("#content")
    audit(desk)
    # By the keyboard: mine.
    desk.focus("[name=c1][value=text]")
    desk.keyboard.press("ArrowUp")
    desk.keyboard.press("ArrowUp")
    desk.keyboard.press("Enter")
    desk.wait_for_selector(".messagelist")
    assert fresh(post).deleted_at is None
    assert "will start in January." in fresh(post).content
    assert AuditEntry.objects.get(action="trash").reason == "Called off"


def test_kept_answers_come_back_and_the_edit_waits_at_home(desk, eds, address, post, audit):
    both_edit(desk, eds, address)
    desk.fill("#r1", "Half a thought.")
    desk.click("text=Keep as pending edit")
    desk.wait_for_selector("text=1 edit waiting")
    audit(desk)
    desk.goto(address)
    audit(desk)
    desk.click("text=Look at it")
    assert desk.input_value("#r1") == "Half a thought."
    desk.click("text=Discard mine")
    desk.wait_for_selector("text=Your edit was discarded")
    audit(desk)
    desk.click("text=Take it back")
    desk.wait_for_selector(FINISH)
    assert fresh(post).version == 2


def test_a_session_that_ends_while_typing_brings_the_text_back_after_the_login(
    desk, content, address, post, audit
):
    desk.goto(address)
    Session.objects.all().delete()
    desk.fill("#id_content", f"{TEXT}\n\nTyped after the end.")
    desk.click(".submit-row [name=_save]")
    desk.wait_for_selector("text=Your edit is kept")
    audit(desk)
    desk.fill("#id_username", content["olive"].email)
    desk.fill("#id_password", PASSWORD)
    desk.press("#id_password", "Enter")
    desk.wait_for_selector("text=your session had ended")
    audit(desk)
    desk.click(FINISH)
    desk.wait_for_selector(".messagelist")
    assert fresh(post).content.replace("\r\n", "\n").endswith("Typed after the end.")


STATES = {
    "all of them": {},
    "in the trash": {"cause": "gone"},
    "gone": {"object_id": 10**6, "cause": "gone"},
    "a new one": {"object_id": None, "opened_version": None, "cause": "csrf"},
    "nothing left": {"payload": {"data": {"title": ["Harbour dredging"]}, "files": {}}},
}


@pytest.mark.parametrize("state", STATES)
def test_pending_edits_are_sound_in_every_state_and_look(desk, content, post, audit, state):
    known = {"user": content["olive"], "object_id": post.pk} | STATES[state]
    edit = PendingEditFactory(**known)
    if state == "in the trash":
        posts.move_post_to_trash(post, by=content["olive"])
    desk.goto("/admin/editing/pending/" if state == "all of them" else page_of(edit))
    audit(desk)


def page_of(edit: PendingEdit) -> str:
    return f"/admin/editing/pending/{edit.pk}/"


def test_the_sidebar_leads_to_pending_edits(desk):
    desk.goto("/admin/")
    desk.click("#nav-sidebar >> text=Pending edits")
    desk.wait_for_selector("h1:has-text('Pending edits')")
    current = desk.locator("#nav-sidebar [aria-current=page]").all_inner_texts()
    assert current == ["Pending edits"]
