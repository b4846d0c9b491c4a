"""The contact sheet of all charts in every look, and their reading by pointer and keys."""

import pytest

from tests.backoffice.charts.contact_sheet import page

pytestmark = pytest.mark.browser

# Texts that touch another of the same chart, or leave the page.
COLLISIONS = """() => [...document.querySelectorAll('.plot')].flatMap((plot) => {
    const boxes = [...plot.querySelectorAll('text')]
        .filter((text) => text.checkVisibility())
        .map((text) => [text.firstChild.data, text.getBoundingClientRect()])
        .filter(([, box]) => box.width);
    const touch = (a, b) => a.left < b.right && b.left < a.right
        && a.top + 1 < b.bottom && b.top + 1 < a.bottom;
    return boxes.flatMap(([name, box], at) => [
        ...(box.left < 0 || box.right > innerWidth ? [`${name} outside`] : []),
        ...boxes.slice(at + 1).filter(([, other]) => touch(box, other)).map(
            ([other]) => `${name} over ${other}`),
    ]);
})"""


@pytest.fixture
def sheet(tab):
    """Served in place of the login page, so with the site's policy."""
    policy = {}

    def fulfil(route):
        policy.update(route.fetch().headers)
        headers = {"content-security-policy": policy["content-security-policy"]}
        route.fulfill(body=page(), content_type="text/html", headers=headers)

    tab.route("**/admin/login/", fulfil)
    tab.goto("/admin/login/")
    assert "'unsafe-inline'" not in policy["content-security-policy"]
    return tab


def test_every_chart_is_sound_in_every_look(sheet, audit):
    audit(sheet)


@pytest.mark.parametrize("width", [360, 390, 640, 900, 1440])
def test_no_text_touches_another(sheet, width):
    sheet.set_viewport_size({"width": width, "height": 900})
    assert sheet.evaluate(COLLISIONS) == []


def test_print_is_as_wide_as_the_paper(sheet):
    sheet.emulate_media(media="print")
    sheet.set_viewport_size({"width": 690, "height": 900})
    assert sheet.evaluate(COLLISIONS) == []
    assert sheet.locator(".plot-line").first.is_visible()


def test_arrow_keys_read_the_values_out(sheet):
    frame = sheet.locator(".plot-frame").first
    frame.focus()
    reading = frame.locator("output")
    assert reading.get_attribute("aria-live") == "polite"
    sheet.keyboard.press("End")
    assert "Fri 20 Nov 2026, so far" in reading.inner_text()
    assert "Published 1,300" in " ".join(reading.inner_text().split())
    sheet.keyboard.press("ArrowLeft")
    assert "Thu 19 Nov 2026" in reading.inner_text()
    # A mark on each of the five lines and one across them.
    assert frame.locator(".mark").count() == 6
    sheet.keyboard.press("Home")
    assert "Sat 24 Oct 2026" in reading.inner_text()
    sheet.keyboard.press("Escape")
    assert reading.inner_text() == ""
    assert frame.locator(".mark").count() == 0


def test_a_pointer_reads_the_value_beneath_it(sheet):
    frame = sheet.locator(".plot-frame").first
    box = frame.locator(".plot-body").bounding_box()
    sheet.mouse.move(box["x"] + box["width"] / 27 * 10, box["y"] + 80)
    assert "Tue 3 Nov 2026" in frame.locator("output").inner_text()
    sheet.mouse.move(5, 5)
    assert frame.locator("output").inner_text() == ""


def test_a_reading_stays_on_a_phone(sheet):
    sheet.set_viewport_size({"width": 390, "height": 844})
    sheet.locator(".plot-frame").first.focus()
    for key in ("Home", "End"):
        sheet.keyboard.press(key)
        box = sheet.locator(".plot-frame output").first.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
