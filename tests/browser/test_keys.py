"""What hands do: Enter, shortcuts, the combobox, the menu of a phone."""

import pytest

from apps.posts.models import Post
from apps.users.models import User
from tests.browser.conftest import PHONE

pytestmark = pytest.mark.browser

USERS = "/admin/users/user/"


def focus(tab) -> str:
    return tab.evaluate("document.activeElement.id")


@pytest.fixture
def user_page(desk, content) -> str:
    address = f"{USERS}{content['ida'].pk}/change/"
    desk.goto(address)
    return address


def test_enter_saves(desk, content, user_page):
    desk.fill("#id_name", "Ida Holm")
    desk.press("#id_name", "Enter")
    desk.wait_for_selector(".messagelist")
    assert User.objects.get(pk=content["ida"].pk).name == "Ida Holm"
    assert desk.url.endswith(USERS)


def test_ctrl_s_saves_even_while_typing(desk, content, user_page):
    desk.fill("#id_name", "Ida Holm")
    desk.press("#id_name", "Control+s")
    desk.wait_for_selector(".messagelist")
    assert User.objects.get(pk=content["ida"].pk).name == "Ida Holm"


def test_leaving_unsaved_changes_asks_first(desk, user_page):
    asked = []
    desk.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    desk.click("#site-name a")
    desk.wait_for_url("**/admin/")
    assert asked == []
    desk.go_back()
    desk.type("#id_name", "x")
    desk.click("#site-name a")
    desk.wait_for_url("**/admin/")
    assert asked == ["beforeunload"]


@pytest.mark.slow
def test_what_is_too_large_stays_in_the_page(desk, content):
    address = f"/admin/posts/post/{content['post'].pk}/change/"
    desk.goto(address)
    desk.evaluate("document.getElementById('id_content').value = 'ü'.repeat(9_000_000)")
    desk.keyboard.press("Control+s")
    assert "too large" in desk.inner_text(".errornote")
    assert desk.url.endswith(address)
    assert desk.evaluate("document.getElementById('id_content').value.length") == 9_000_000


def test_the_list_is_worked_by_keys(desk, content):
    desk.goto(USERS)
    desk.keyboard.press("/")
    assert focus(desk) == "searchbar"
    desk.keyboard.type("jx")
    assert desk.input_value("#searchbar") == "jx"
    desk.evaluate("document.activeElement.blur()")
    desk.keyboard.press("j")
    desk.keyboard.press("j")
    desk.keyboard.press("k")
    desk.keyboard.press("j")
    second = desk.locator("#result_list tbody tr").nth(1)
    assert "cursor" in second.get_attribute("class")
    desk.keyboard.press("x")
    assert second.locator(".action-select").is_checked()
    assert desk.inner_text(".action-counter") == "1 selected"
    name = second.locator("th").inner_text()
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/change/**")
    assert desk.inner_text("h1") == name


def test_a_question_mark_shows_the_keys_and_escape_closes_them(desk, content, audit):
    desk.goto(USERS)
    desk.keyboard.press("?")
    desk.wait_for_selector("#keyboard-help[open]")
    audit(desk)
    desk.keyboard.press("Escape")
    assert not desk.is_visible("#keyboard-help")


def test_buttons_of_actions_come_with_the_selection(desk, content):
    desk.goto(USERS)
    button = desk.locator(".actions .do button").first
    assert not button.is_visible()
    desk.check("#action-toggle")
    assert button.is_visible()
    assert desk.locator(".action-select:not(:checked)").count() == 0
    desk.click(".clearit button")
    assert not button.is_visible()


def test_the_theme_is_chosen_and_kept(desk, content):
    desk.emulate_media(color_scheme="light")
    desk.goto(USERS)
    background = "getComputedStyle(document.body).backgroundColor"
    assert desk.evaluate(background) == "rgb(255, 255, 255)"
    for _ in ("auto", "light", "dark"):
        if desk.get_attribute("html", "data-theme") != "dark":
            desk.click(".theme-toggle")
    dark = desk.evaluate(background)
    assert dark != "rgb(255, 255, 255)"
    desk.reload()
    assert desk.evaluate(background) == dark


def test_the_menu_of_a_phone_opens_without_a_script(desk, content, audit):
    desk.set_viewport_size(PHONE)
    desk.goto(USERS)
    assert not desk.is_visible("#nav-sidebar")
    desk.click(".menu-link")
    assert desk.is_visible("#nav-sidebar")
    desk.click(".nav-close")
    assert not desk.is_visible("#nav-sidebar")


def test_a_post_is_edited_through_comboboxes_by_keyboard(desk, content, audit):
    desk.goto(f"/admin/posts/post/{content['post'].pk}/change/")
    desk.click("#id_tags")
    desk.keyboard.type("dredge")
    desk.wait_for_selector("#id_tags_options [role=option]")
    assert desk.get_attribute("#id_tags", "aria-expanded") == "true"
    audit(desk)
    desk.keyboard.press("ArrowDown")
    active = desk.get_attribute("#id_tags", "aria-activedescendant")
    assert desk.inner_text(f"#{active}") == "dredger"
    desk.keyboard.press("Enter")
    assert desk.locator(".field-tags .chip").all_inner_texts() == ["dredging\n×", "dredger\n×"]
    desk.keyboard.press("Shift+Tab")
    assert desk.evaluate("document.activeElement.getAttribute('aria-label')") == "Remove dredger"
    desk.click(".field-tags .chip >> nth=0 >> button")
    desk.press("#id_tags", "Escape")
    desk.keyboard.press("Control+s")
    desk.wait_for_selector(".messagelist")
    post = Post.objects.get(pk=content["post"].pk)
    assert [tag.name for tag in post.tags.all()] == ["dredger"]


def test_escape_closes_the_options_and_keeps_the_text(desk, content):
    desk.goto("/admin/posts/post/")
    desk.fill("#filter-author", "")
    desk.click("#filter-author")
    desk.keyboard.type("ida")
    desk.wait_for_selector("#filter-author_options [role=option]")
    desk.keyboard.press("Escape")
    assert not desk.is_visible("#filter-author_options")
    assert desk.input_value("#filter-author") == "ida"


def test_choosing_an_author_filters_the_list_at_once(desk, content):
    desk.goto("/admin/posts/post/")
    desk.click("#filter-author")
    desk.keyboard.type("ida")
    desk.wait_for_selector("#filter-author_options [role=option]")
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    desk.wait_for_url(f"**/?author={content['ida'].pk}")
    assert "Ida Falk" in desk.inner_text(".chip")


def test_without_a_script_a_typed_name_filters_too(browser, live_server, desk, content):
    context = browser.new_context(
        base_url=live_server.url,
        java_script_enabled=False,
        storage_state=desk.context.storage_state(),
    )
    plain = context.new_page()
    plain.goto("/admin/posts/post/")
    plain.fill("#filter-author", "ida f")
    plain.press("#filter-author", "Enter")
    assert "Ida Falk" in plain.inner_text(".chip")
    context.close()


def test_the_slug_follows_the_name_until_somebody_writes_his_own(desk, content):
    desk.goto("/admin/posts/tag/add/")
    desk.fill("#id_name", "Straße nach Übersee, 2. Teil")
    assert desk.input_value("#id_slug") == "strasse-nach-ubersee-2-teil"
    desk.fill("#id_slug", "own")
    desk.fill("#id_name", "Another")
    assert desk.input_value("#id_slug") == "own"


def test_a_slug_that_the_server_makes_is_only_shown(desk, content):
    desk.goto("/admin/posts/post/add/")
    desk.fill("#id_title", "Storm Ylva")
    assert desk.get_attribute("#id_slug", "placeholder") == "storm-ylva"
    assert desk.input_value("#id_slug") == ""


def test_the_preview_tab_shows_what_the_server_makes_of_the_text(desk, content):
    desk.goto(f"/admin/posts/post/{content['post'].pk}/change/")
    desk.fill("#id_content", "A **bold** word <script>alert(1)</script>")
    desk.focus(".tabs [value=write]")
    desk.keyboard.press("ArrowRight")
    desk.wait_for_selector(".preview strong")
    assert desk.inner_text(".preview strong") == "bold"
    assert not desk.is_visible("#id_content")
    desk.keyboard.press("ArrowLeft")
    assert desk.is_visible("#id_content")
