"""People at one post, each in a browser of his own; the heartbeats come by a clock of the test."""

import pytest
from django.test import Client

from apps.users.models import Session, User
from tests.browser.conftest import PHONE, WIDE
from tests.factories import PASSWORD, UserFactory, ed, rory

pytestmark = pytest.mark.browser

OTHERS = ".presence [data-line=others]"
SAVED = ".presence [data-line=saved]"
OUT = ".presence [data-line=out]"
STATUS = ".presence [role=status]"
BEATS = "**/editing/presence/"
LOGGED_OUT = "You are logged out: what you type is kept when you press Save. Log in (in a new tab)"
SHOW = "show what changed (in a new tab)"
SECONDS = 1_000
HIDE = """is_hidden => {
    Object.defineProperty(document, "hidden", { value: is_hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


def cookie_of(person: User) -> dict:
    client = Client()
    client.force_login(person)
    value = client.cookies["sessionid"].value
    return {"name": "sessionid", "value": value, "domain": "localhost", "path": "/"}


@pytest.fixture
def address(content) -> str:
    return f"/admin/posts/post/{content['post'].pk}/change/"


@pytest.fixture
def olives(desk, address):
    """Olive's page of the post, after its first heartbeat."""
    return opened(desk, address)


@pytest.fixture
def open_as(browser, live_server, desk, address):
    """Opens the post in a further browser, as somebody else."""
    contexts = []

    def open_as(person: User):
        context = browser.new_context(base_url=live_server.url, viewport=WIDE)
        contexts.append(context)
        context.add_cookies([cookie_of(person)])
        return opened(context.new_page(), address)

    yield open_as
    for context in contexts:
        context.close()


def opened(tab, address: str):
    tab.clock.install()
    tab.beats, tab.awaited = [], set()
    tab.on("request", lambda request: note(tab, request))
    tab.on("response", lambda response: tab.awaited.discard(response.request.url))
    tab.on("requestfailed", lambda request: tab.awaited.discard(request.url))
    with tab.expect_response(BEATS):
        tab.goto(address)
    return tab


def type_as(tab, text: str = "x") -> None:
    """The first change is told at once."""
    with tab.expect_response(BEATS):
        tab.type("#id_title", text)


def note(tab, request) -> None:
    if request.url.endswith("/presence/"):
        tab.beats.append(request.post_data_json)
        tab.awaited.add(request.url)


def next_beat(tab) -> None:
    """The clock stands while an answer is awaited: the page waits for one by the same clock."""
    tab.clock.run_for(16 * SECONDS)
    tab.wait_for_timeout(30)
    for _ in range(200):
        if not tab.awaited:
            return
        tab.wait_for_timeout(20)


def assert_says(tab, line: str, text: str) -> None:
    """With one of the next heartbeats: others are in flight to the server too."""
    for _ in range(30):
        next_beat(tab)
        shown = tab.locator(line).filter(visible=True).all_inner_texts()
        said = " ".join(" ".join(shown).split())
        if said == text:
            return
    assert said == text


def top_of_form(tab) -> float:
    return tab.locator("#post_form").bounding_box()["y"]


def test_two_people_see_each_other_type_save_and_leave(olives, open_as, content):
    before = top_of_form(olives)
    eds = open_as(ed())
    assert_says(eds, OTHERS, "Olive is editing")
    type_as(eds)
    assert_says(olives, OTHERS, "Ed is editing · unsaved changes")
    assert olives.text_content(STATUS) == "Ed is editing · unsaved changes"
    eds.keyboard.press("Control+s")
    eds.wait_for_selector(".messagelist")
    assert_says(olives, SAVED, f"Ed saved version 2 just now {SHOW}")
    # He is on the list now.
    assert_says(olives, OTHERS, "")
    assert olives.text_content(STATUS) == "Ed saved version 2"
    link = olives.get_attribute(f"{SAVED} a", "href")
    assert link == f"/admin/posts/post/{content['post'].pk}/history/?from=1&to=2"
    assert top_of_form(olives) == before


@pytest.mark.slow
def test_somebody_came_and_somebody_saved(olives, open_as, audit):
    eds = open_as(ed())
    eds.type("#id_title", "x")
    eds.keyboard.press("Control+s")
    eds.wait_for_selector(".messagelist")
    type_as(open_as(UserFactory(name="Edna", staff=True, role="Editor")))
    assert_says(olives, OTHERS, "Edna is editing · unsaved changes")
    said = "Ed saved version 2. Edna is editing · unsaved changes"
    assert olives.text_content(STATUS) == said
    audit(olives)


@pytest.mark.slow
def test_a_hidden_tab_says_nothing_until_it_is_seen_again(olives, open_as):
    olives.evaluate(HIDE, True)
    assert_asks_no_more(olives)
    with olives.expect_response(BEATS):
        olives.evaluate(HIDE, False)


@pytest.mark.slow
def test_ones_own_second_tab_is_said(olives, address):
    second = opened(olives.context.new_page(), address)
    assert_says(second, OTHERS, "You have this open in another tab")
    type_as(olives)
    assert_says(second, OTHERS, "You have this open in another tab, with unsaved changes")
    assert_says(olives, OTHERS, "You have this open in another tab")
    with second.expect_event("close"):
        second.close(run_before_unload=True)
    # Far sooner than the forty seconds after which a dead tab is forgotten.
    assert_says(olives, OTHERS, "")


@pytest.mark.slow
def test_many_are_counted_and_readers_come_last(olives, open_as):
    open_as(rory())
    assert_says(olives, OTHERS, "Rory is reading")
    for name in ("Ada", "Bo", "Cy", "Di"):
        tab = open_as(UserFactory(name=name, staff=True, role="Editor"))
    type_as(tab)
    assert_says(olives, OTHERS, "Di, Ada and 2 others are editing · unsaved changes (Di)")


@pytest.mark.slow
def test_who_is_logged_out_reads_so_and_is_left_alone(olives, audit):
    Session.objects.all().delete()
    assert_says(olives, OUT, LOGGED_OUT)
    assert_asks_no_more(olives)
    audit(olives)


@pytest.mark.slow
def test_who_logs_in_again_elsewhere_reads_what_that_means(olives, content):
    Session.objects.all().delete()
    assert_says(olives, OUT, LOGGED_OUT)
    with olives.expect_popup() as opened_tab:
        olives.click(f"{OUT} a")
    login = opened_tab.value
    login.fill("#id_username", content["olive"].email)
    login.fill("#id_password", PASSWORD)
    login.press("#id_password", "Enter")
    login.wait_for_selector("#logout-form")
    login.close()
    # Seen again, it asks once more: with the token of the session before.
    olives.evaluate(HIDE, False)
    said = "You logged in again elsewhere: what you type is kept when you press Save."
    assert_says(olives, OUT, said)


@pytest.mark.slow
def test_who_may_not_see_it_any_more_is_told_nothing(olives, open_as, content):
    open_as(ed())
    assert_says(olives, OTHERS, "Ed is editing")
    User.objects.filter(pk=content["olive"].pk).update(is_superuser=False)
    content["olive"].groups.clear()
    assert_says(olives, OTHERS, "")
    assert not olives.is_visible(OUT)
    assert_asks_no_more(olives)


def assert_asks_no_more(tab) -> None:
    before = len(tab.beats)
    tab.clock.run_for(600 * SECONDS)
    assert tab.beats[before:] == []


@pytest.mark.slow
def test_without_an_answer_the_line_is_gone_and_asked_for_ever_more_slowly(olives, open_as):
    open_as(ed())
    assert_says(olives, OTHERS, "Ed is editing")
    olives.route(BEATS, lambda route: route.fulfill(status=503, body="away"))
    assert_says(olives, OTHERS, "")
    before = len(olives.beats)
    for _ in range(38):
        next_beat(olives)
    # Ten minutes: one after 30 s, then 60, then every 120, where forty were due.
    assert 5 <= len(olives.beats) - before <= 7
    olives.unroute(BEATS)
    assert_says(olives, OTHERS, "Ed is editing")


@pytest.mark.slow
def test_on_a_phone_long_names_are_cut_and_the_link_is_not(olives, open_as, audit):
    name = "Wilhelmina Konstantinopolskaya-Featherstonehaugh"
    olives.set_viewport_size(PHONE)
    before = top_of_form(olives)
    hers = open_as(UserFactory(name=name, staff=True, role="Editor"))
    hers.type("#id_title", "x")
    hers.keyboard.press("Control+s")
    hers.wait_for_selector(".messagelist")
    open_as(User.objects.get(name=name))
    assert_says(olives, SAVED, f"{name} saved version 2 just now {SHOW}")
    assert top_of_form(olives) == before
    box = olives.locator(f"{SAVED} a").bounding_box()
    assert box["x"] + box["width"] <= PHONE["width"]
    audit(olives)
