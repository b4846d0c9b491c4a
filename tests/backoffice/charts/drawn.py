"""A chart read back from its SVG: what stands where."""

import json
import re
from itertools import pairwise
from xml.etree import ElementTree

from apps.backoffice.charts.layout import text_width

POINT = re.compile(r"([ML])([-\d.]+),([-\d.]+)")
NUMBER = r"-?\d+(\.\d+)?(e[-+]?\d+)?%?"


class Drawn:
    """`html` as a tree; fails here if it is not well-formed."""

    def __init__(self, html: str):
        self.html = str(html)
        self.root = ElementTree.fromstring(self.html)
        assert " style=" not in self.html

    def all(self, tag: str, css: str = "") -> list:
        return (
            [
                element
                for element in self.root.iter(tag)
                if css in element.get("class", "").split(" ")
            ]
            if css
            else list(self.root.iter(tag))
        )

    def one(self, tag: str, css: str):
        (element,) = self.all(tag, css)
        return element

    @property
    def summary(self) -> str:
        return next(e.get("aria-label") for e in self.root.iter() if e.get("role") == "img")

    def texts(self, css: str) -> list[str]:
        return [text.text for text in self.one("svg", css).iter("text")]

    def ticks(self, at: str = "wide") -> list[str]:
        return [text.text for text in self.one("g", f"at-{at}").iter("text")]

    @property
    def values(self) -> list[tuple[str, float]]:
        """The value axis: (label, y of its line)."""
        texts = self.one("svg", "plot-values").iter("text")
        return [(text.text, float(text.get("y")) - 4) for text in texts]

    def points(self, row: int, css: str = "line") -> list[list[tuple[float, float]]]:
        """The strokes of a series: each a list of (x per mille, y pixels)."""
        (group,) = (g for g in self.root.iter("g") if g.get("data-row") == str(row))
        strokes = []
        for path in group.iter("path"):
            if path.get("class") != css:
                continue
            for command, x, y in POINT.findall(path.get("d")):
                if command == "M":
                    strokes.append([])
                strokes[-1].append((float(x), float(y)))
        return strokes

    def cells(self, css: str) -> set[tuple[float, float]]:
        """(x per mille, y pixels) of the upper left corners of a tint's cells."""
        paths = [path for path in self.all("path", css) if "cell" in path.get("class")]
        steps = "".join(path.get("d") for path in paths)
        return {(float(x), float(y)) for _, x, y in POINT.findall(steps)}

    @property
    def read(self) -> dict:
        return json.loads(self.root.get("data-read"))

    def assert_inside(self) -> None:
        """No number but a finite one, and none outside the drawing it stands in."""
        for svg in self.root.iter("svg"):
            if "stretched" not in svg.get("class", ""):
                height = float(svg.get("height"))
                for element in svg.iter():
                    inside(element, height)


def inside(element, height: float) -> None:
    for name in ("y", "y1", "y2", "cy"):
        if element.get(name):
            assert -0.1 <= float(element.get(name)) <= height, ElementTree.tostring(element)
    for name in ("x", "x1", "x2", "width", "cx"):
        value = element.get(name)
        if value:
            assert re.fullmatch(NUMBER, value), ElementTree.tostring(element)
            if value.endswith("%"):
                assert 0 <= float(value[:-1]) <= 100, ElementTree.tostring(element)
    for _, x, y in POINT.findall(element.get("d", "")):
        assert 0 <= float(x) <= 1000, element.get("d")[:80]
        assert 0 <= float(y) <= height, element.get("d")[:80]


def overlaps(texts: list) -> list[tuple[str, str]]:
    """Pairs of texts of one column nearer than a line's height."""
    by_height = sorted(texts, key=lambda text: float(text.get("y")))
    pairs = pairwise(by_height)
    return [(a.text, b.text) for a, b in pairs if float(b.get("y")) - float(a.get("y")) < 12]


__all__ = ["Drawn", "overlaps", "text_width"]
