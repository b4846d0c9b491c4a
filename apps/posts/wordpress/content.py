"""WordPress's HTML as Markdown, with a count of what Markdown cannot say.

Posts are Markdown here, and the renderer shows HTML as text, so imported HTML is
converted once instead of kept: staff edit one language, and there is one sanitiser.
The converter is ours because the libraries (markdownify, html2text) drop or flatten
without a word; here each loss is counted by name, and the text of the result, rendered,
is compared with the text that went in: where they differ, the post is kept as plain
paragraphs instead.

WordPress's own signs are read too: blank lines are paragraphs in posts of the classic
editor, `<!-- wp:… -->` are blocks, `[caption]` and `[embed]` are shortcodes.
"""

import re
from collections import Counter
from dataclasses import dataclass

from apps.posts.markdown import render
from apps.posts.wordpress.converter import Converter
from apps.posts.wordpress.html_tokens import Tag, Text, tokens


@dataclass(frozen=True, slots=True)
class Converted:
    """Markdown, and how often what could not be said in it, by name."""

    markdown: str
    losses: Counter


def to_markdown(html: str) -> Converted:
    """Convert a post. The text of it is never lost but in what `losses` names."""
    converter = Converter(html)
    markdown = converter.convert()
    if visible_text(render(markdown)) == squeezed("".join(converter.texts)):
        return Converted(markdown, +converter.losses)
    losses = converter.losses + Counter({"all formatting (kept as plain paragraphs)": 1})
    plain = "\n\n".join(_fully_escaped(block) for block in converter.texts_by_block if block)
    return Converted(plain, losses)


def to_plain_text(html: str) -> str:
    """A comment's text: its marks as Markdown writes them, nothing escaped."""
    if "<" not in html and "&" not in html:
        return html.replace("\r\n", "\n").strip()
    return Converter(html, plain=True).convert()


def _fully_escaped(text: str) -> str:
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", " ".join(text.split()))


def squeezed(text: str) -> str:
    """The text without any space: what must survive the conversion."""
    return "".join(text.split())


def visible_text(html: str) -> str:
    shown = []
    for token in tokens(html):
        if isinstance(token, Text):
            shown.append(token.text)
        elif isinstance(token, Tag) and token.name == "img":
            shown.append(token.attributes.get("alt", ""))
    return squeezed("".join(shown))
