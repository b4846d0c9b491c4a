import pytest

from apps.backoffice.charts import RankedBars
from tests.backoffice.charts.contact_sheet import EVIL
from tests.backoffice.charts.drawn import Drawn


def bars(*pairs) -> Drawn:
    drawn = Drawn(RankedBars("Top authors", pairs).svg())
    drawn.assert_inside()
    return drawn


def extent(bar) -> tuple[float, float]:
    start, width = (float(bar.get(name).rstrip("%")) for name in ("x", "width"))
    return start, start + width


def test_a_bar_is_as_long_as_its_value():
    drawn = bars(("Ida", 200), ("Ed", 50), ("Wren", 0))
    assert [extent(bar) for bar in drawn.all("rect", "bar")] == [(0, 100), (0, 25), (0, 0)]
    assert [text.text for text in drawn.all("text", "value")] == ["200", "50", "0"]


def test_values_below_zero_go_the_other_way():
    up, none, down = bars(("North", 30), ("South", 0), ("West", -10)).all("rect", "bar")
    assert extent(up) == (25, 100)
    assert extent(down) == (0, 25)
    assert extent(none) == (25, 25)
    assert "below" in down.get("class")


@pytest.mark.parametrize("value", [0, -5, 7e17, 0.001])
def test_one_bar_alone(value):
    assert len(bars(("Ida", value)).all("rect", "bar")) == 1


def test_long_names_are_shortened_to_the_width_and_kept_whole_in_the_title():
    name = "Word " * 40
    drawn = bars((name, 3))
    narrow, wide = (drawn.one("text", f"at-{at}") for at in ("narrow", "wide"))
    assert narrow.text.endswith("…")
    assert len(narrow.text) < len(wide.text)
    assert narrow.find("title").text == name


def test_names_from_people_are_texts():
    drawn = bars((EVIL, 3))
    assert "<script" not in drawn.html
    assert drawn.all("text", "name")[0].text == EVIL


def test_bars_in_words():
    pairs = [("Ida", 9), ("Ed", 8), ("Wren", 7), ("Rory", 6), ("Otto", 5)]
    expected = "Top authors, 5 in order: Ida 9, Ed 8, Wren 7, …, Otto 5."
    assert bars(*pairs).summary == expected
    assert bars(*pairs[:2]).summary == "Top authors: Ida 9, Ed 8."
    assert bars().summary == "Top authors: no data."
    assert bars(("Ida", None)).summary == "Top authors: no data."
