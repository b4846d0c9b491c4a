"""The contact sheet of all charts in every look, and their reading by pointer and keys."""

import pytest

from tests.backoffice.charts.contact_sheet import page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

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


def test_what_a_finger_shows_stays(sheet):
    frame = sheet.locator(".plot-frame").first
    box = frame.locator(".plot-body").bounding_box()
    finger = {"pointerType": "touch", "clientX": box["x"] + 1, "clientY": box["y"] + 50}
    frame.dispatch_event("pointerdown", finger)
    frame.dispatch_event("pointerleave", finger)
    assert "Sat 24 Oct 2026" in frame.locator("output").inner_text()


def test_the_summary_is_the_name_of_what_the_keys_reach(sheet):
    frame = sheet.locator(".plot-frame").first
    assert frame.get_attribute("role") == "application"
    summary = frame.locator(".plot").get_attribute("aria-label")
    assert frame.get_attribute("aria-label").startswith(summary)


def test_a_reading_stays_on_a_phone(sheet):
    sheet.set_viewport_size({"width": 390, "height": 844})
    sheet.locator(".plot-frame").first.focus()
    for key in ("Home", "End"):
        sheet.keyboard.press(key)
        box = sheet.locator(".plot-frame output").first.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390


def frame_of(sheet, title: str):
    card = sheet.locator(".card", has=sheet.get_by_role("heading", name=title, exact=True))
    return card.locator(".plot-frame")


def test_arrow_keys_walk_through_the_cells(sheet):
    frame = frame_of(sheet, "Heat map, cohorts")
    reading = frame.locator("output")
    frame.focus()
    for key, place in (
        ("ArrowRight", "Jan 2026, 0"),
        ("ArrowRight", "Jan 2026, 1"),
        ("ArrowDown", "Feb 2026, 1"),
        ("End", "Jan 2026, 6"),
        # Beneath it there is no cell: nothing moves.
        ("ArrowDown", "Jan 2026, 6"),
        ("ArrowLeft", "Jan 2026, 5"),
    ):
        sheet.keyboard.press(key)
        assert place in reading.inner_text(), key
    assert "21%" in reading.inner_text()
    assert frame.locator("rect.mark").count() == 1


@pytest.mark.parametrize("width", [390, 1440])
def test_a_calendar_is_read_in_each_of_its_strips(sheet, width):
    sheet.set_viewport_size({"width": width, "height": 900})
    frame = frame_of(sheet, "Calendar of a year")
    frame.focus()
    sheet.keyboard.press("End")
    sheet.keyboard.press("Home")
    assert "Thu 1 Jan 2026" in frame.locator("output").inner_text()
    body = frame.locator(".plot-body:visible").last
    body.scroll_into_view_if_needed()
    box = body.bounding_box()
    columns = int(body.get_attribute("data-columns"))
    week = 44 - int(body.get_attribute("data-offset"))
    sheet.mouse.move(box["x"] + box["width"] * (week + 0.5) / columns, box["y"] + 3.5 * 20)
    text = " ".join(frame.locator("output").inner_text().split())
    assert text.startswith("Thu 5 Nov 2026")
    assert "2 missed" in text
    mark = frame.locator("rect.mark").bounding_box()
    assert mark["y"] == pytest.approx(box["y"] + 60, abs=1.5)


# axe-core does not judge text in SVG: the same colours as boxes of HTML.
AS_BOXES = """() => {
    const box = (css, background, color) => {
        const element = document.createElement('p');
        element.className = css;
        element.textContent = `Text on ${css}`;
        element.style.background = background;
        element.style.color = color;
        document.querySelector('.plot-frame').append(element);
    };
    const [dark, strong] = ['.values text:not(.strong)', '.values text.strong'];
    for (let tint = 0; tint < 8; tint += 1) {
        const text = document.querySelector(tint === 7 ? strong : dark);
        const sheet = [...document.styleSheets].find((one) => one.href.includes('charts'));
        const rule = [...sheet.cssRules].find((one) => text.matches(one.selectorText)
            && one.selectorText.includes('.values') && one.style.fill
            && one.selectorText.includes('strong') === (tint === 7));
        box(`t${tint}`, 'var(--tint)', rule.style.fill);
    }
    for (let tone = 1; tone < 7; tone += 1) box(`s${tone}`, 'var(--card-bg)', 'var(--tone-fg)');
    return document.querySelectorAll('.plot-frame > p[class^=t], .plot-frame > p[class^=s]').length;
}"""


def test_texts_in_cells_and_names_of_series_can_be_read(sheet, audit):
    assert sheet.evaluate(AS_BOXES) == 14
    audit(sheet)
