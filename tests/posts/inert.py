"""Judges whether HTML is inert, by a parser that knows nothing of the sanitiser."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

# fmt: off
TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img",
    "li", "ol", "p", "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}
# fmt: on
ATTRIBUTES = {"href", "title", "src", "alt", "start", "align", "rel", "loading"}


class Judge(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        if tag not in TAGS:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if name not in ATTRIBUTES:
                self.found.append(f"<{tag} {name}>")
            if name in {"href", "src"}:
                # A browser drops these three within an address, and spaces before it.
                address = (value or "").strip().translate({9: None, 10: None, 13: None})
                if urlsplit(address).scheme.lower() not in {"", "http", "https", "mailto"}:
                    self.found.append(address)

    def handle_comment(self, data):
        self.found.append(f"<!--{data}-->")

    handle_decl = unknown_decl = handle_pi = handle_comment


def faults(html: str) -> list[str]:
    """What a browser might act upon; empty for inert HTML."""
    judge = Judge()
    judge.feed(html)
    judge.close()
    return judge.found
