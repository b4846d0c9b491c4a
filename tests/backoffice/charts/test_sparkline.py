from xml.etree import ElementTree

from apps.backoffice.charts import Sparkline


def tree(*values, **options):
    return ElementTree.fromstring(Sparkline(values, **options).svg())


def test_the_least_is_at_the_bottom_and_the_greatest_at_the_top():
    drawn = tree(10, 30, 20)
    assert drawn.find("path[@class='line']").get("d") == "M0,29L80,3L160,16"
    end = drawn.find("circle")
    assert (end.get("cx"), end.get("cy")) == ("160", "16")


def test_a_gap_is_not_joined():
    drawn = tree(1, None, 2, 3)
    assert drawn.find("path[@class='line']").get("d").count("M") == 2
    assert drawn.find("path[@class='area']") is None


def test_it_says_where_it_goes_or_is_decoration():
    assert tree(1, 2, title="Published <b>").get("aria-label") == "Published <b>, rising"
    assert tree(1, 2).get("aria-hidden") == "true"
    assert tree(title="Posts").get("aria-label") == "Posts, no data"


def test_few_values_or_equal_ones_are_drawn():
    assert tree(5).find("circle").get("cx") == "160"
    assert tree(5, 5).find("path[@class='line']").get("d") == "M0,16L160,16"
    assert list(tree()) == list(tree(None)) == []
