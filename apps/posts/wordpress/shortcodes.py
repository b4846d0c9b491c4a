"""WordPress's `[shortcodes]`: what stands for text becomes it, the others stay and are counted."""

import re
from collections import Counter
from html import escape

CAPTION = re.compile(r"\[(?:wp_)?caption\b([^\]]*)\](.*?)\[/(?:wp_)?caption\]", re.DOTALL)
CAPTION_TEXT = re.compile(r'\bcaption="([^"]*)"')
PICTURE = re.compile(r"\s*((?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?)", re.IGNORECASE)
EMBED = re.compile(r"\[embed\b[^\]]*\]\s*(\S+?)\s*\[/embed\]")
SHORTCODE = re.compile(r"\[([a-z][\w-]*)((?:\s+[\w-]+=(?:\"[^\"]*\"|'[^']*'|[^\s\]]+))*)\s*/?\]")
KNOWN = {"gallery", "playlist", "audio", "video"}


def replace_shortcodes(html: str) -> str:
    if "[/" not in html:
        return html
    return EMBED.sub(r"\n\n\1\n\n", CAPTION.sub(_figure, html))


def _figure(match: re.Match) -> str:
    attributes, inner = match[1], match[2]
    picture = PICTURE.match(inner)
    shown = picture[1] if picture else ""
    text = inner[picture.end() :] if picture else inner
    named = CAPTION_TEXT.search(attributes)
    caption = " ".join(filter(None, [text.strip(), escape(named[1]) if named else ""]))
    return f"<figure>{shown}<figcaption>{caption}</figcaption></figure>"


def count_shortcodes(html: str) -> Counter:
    """The shortcodes that stay as text, by name: those known, and any with attributes."""
    found = (match for match in SHORTCODE.finditer(html) if match[1] in KNOWN or match[2])
    return Counter(f"[{match[1]}] (left as text)" for match in found)
