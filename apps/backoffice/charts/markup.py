"""SVG as joined strings: a template costs ten times this. Texts are escaped here, and only here."""

import json
from collections.abc import Iterable, Sequence
from html import escape

from django.utils.safestring import SafeString, mark_safe

from .layout import HEIGHT

SHADES = 6
"""Series' colours in charts.css; a seventh series has the first one's again."""


def px(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def percent(share: float) -> str:
    return f"{100 * share:.2f}%"


def colour(index: int) -> str:
    return f"s{index % SHADES + 1}"


def text(x: str, y: float, content: str, *, css: str = "", anchor: str = "", full: str = "") -> str:
    """A text; one that was shortened shows the full one to a pointer."""
    css = f' class="{css}"' if css else ""
    anchor = f' text-anchor="{anchor}"' if anchor else ""
    title = f"<title>{escape(full)}</title>" if full and full != content else ""
    return f'<text x="{x}" y="{px(y)}"{css}{anchor}>{escape(content)}{title}</text>'


def column(
    css: str, width: str, inner: Iterable[str], height: float = HEIGHT, data: str = ""
) -> str:
    """One of the drawings that stand side by side: values, lines, names."""
    size = f'width="{width}" height="{px(height)}" {data}'.rstrip()
    return f'<svg class="{css}" {size} aria-hidden="true">{"".join(inner)}</svg>'


def stretched(inner: Iterable[str], height: float = HEIGHT) -> str:
    """Paths in per mille of the width, that widen with their place; strokes do not."""
    return (
        f'<svg class="stretched" width="100%" height="{px(height)}" '
        f'viewBox="0 0 1000 {px(height)}" preserveAspectRatio="none">{"".join(inner)}</svg>'
    )


def drawing(kind: str, summary: str, columns: Sequence[str]) -> str:
    return (
        f'<div class="plot plot-{kind}" role="img" aria-label="{escape(summary)}">'
        f"{''.join(columns)}</div>"
    )


def frame(parts: Iterable[str], read: dict | None = None) -> SafeString:
    """The whole chart. `read` is what chart.js reads out, see there."""
    data = f" data-read='{in_attribute(read)}'" if read else ""
    html = f'<div class="plot-frame"{data}>{"".join(parts)}</div>'
    return mark_safe(html)  # noqa: S308  # nosec B308 B703  (made of escaped parts)


def in_attribute(data: dict) -> str:
    """JSON between single quotes; few of its double quotes would survive `escape` short."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "&amp;").replace("'", "&#39;").replace("<", "&lt;")


def legend(entries: Iterable[tuple[str, str]], kind: str = "plot-legend") -> str:
    """(class, text) after (class, text); nothing for none."""
    items = "".join(f'<li class="{css}">{escape(name)}</li>' for css, name in entries)
    return f'<ul class="{kind}">{items}</ul>' if items else ""


def note(words: str) -> str:
    return f'<p class="plot-note">{escape(words)}</p>' if words else ""


def nothing(title: str) -> SafeString:
    return frame(
        [f'<p class="empty" role="img" aria-label="{escape(title)}: no data.">No data.</p>']
    )
