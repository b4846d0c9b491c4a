"""Markdown to HTML that is safe to show, in bounded time.

HTML in the source is shown as text (markdown-it with `html` off), and what comes out
is cleaned again by an allow-list (nh3): two walls, each enough for the known attacks.

Both can be made slow. Cleaning is quadratic in the depth of nesting, and 100 kB of
`[a]` over one long reference became 600 MB of links. So the parser counts its steps and
gives up at a fixed number: the same text is accepted or refused on any machine. What a
text may cost was measured over some sixty hostile texts of 1 MB (`tests/posts/
test_markdown.py`); ordinary prose of 1 MB takes 6,000 of the steps.
"""

import nh3
from django.core.exceptions import ValidationError
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

MAX_BYTES = 1_000_000
MAX_NESTING = 20
MAX_EMPHASIS_NESTING = 50
MAX_STEPS = 120_000
# A token is what three steps of the parser cost to make, to write out and to clean.
STEPS_PER_TOKEN = 3
MAX_ATTRIBUTE_CHARACTERS = 2_000_000

# fmt: off
TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img",
    "li", "ol", "p", "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}
# fmt: on
TOO_LONG = "Shorten the content: it is {size:,} bytes, and {limit:,} is the most that is kept."
TOO_NESTED = (
    "Nest the content less deeply: quotes and lists may stand {limit} levels deep in each other."
)
TOO_MUCH_MARKUP = (
    "Use less markup, or split the content into several posts: it has more emphasis, links, "
    "tables or short lines than can be shown in good time."
)
NUL = "Remove the NUL character at position {at:,}: no database text can hold it."
SURROGATE = (
    "Remove the broken character at position {at:,}: it is half of a pair and stands for nothing."
)


class TooComplexError(Exception):
    """The text cannot be rendered within the bounds; says what to do about it."""


def validate_content(text: str) -> None:
    """Refuse a text that could not be stored, or not be shown whole and in good time."""
    if (at := text.find("\0")) >= 0:
        raise ValidationError(NUL.format(at=at + 1), code="nul")
    try:
        _parse(text)
    except UnicodeEncodeError as error:
        message = SURROGATE.format(at=error.start + 1)
        raise ValidationError(message, code="surrogate") from error
    except TooComplexError as error:
        raise ValidationError(str(error), code="too_complex") from error


def render(text: str) -> SafeString:
    """The HTML of a Markdown text; never raises.

    Rows that came past the forms (COPY, an older release) may hold what
    `validate_content` refuses: that is shown as it was typed, not as Markdown.
    """
    try:
        tokens = _parse(text)
    except (TooComplexError, UnicodeEncodeError):
        plain = text.encode(errors="replace").decode()
        return mark_safe(f"<pre>{escape(plain)}</pre>")  # noqa: S308  # nosec B308, B703
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    return mark_safe(_cleaner.clean(html))  # noqa: S308  # nosec B308, B703


def _parse(text: str) -> list:
    size = len(text.encode())
    if size > MAX_BYTES:
        raise TooComplexError(TOO_LONG.format(size=size, limit=MAX_BYTES))
    tokens = _markdown.parse(text, {"steps": 0})
    _check(tokens)
    return tokens


def _check(tokens: list) -> None:
    attribute_characters = 0
    for block in tokens:
        if block.level > MAX_NESTING:
            raise TooComplexError(TOO_NESTED.format(limit=MAX_NESTING // 2))
        for token in (block, *(block.children or ())):
            if token.level > MAX_NESTING + MAX_EMPHASIS_NESTING:
                raise TooComplexError(TOO_MUCH_MARKUP)
            attribute_characters += sum(len(str(value)) for value in token.attrs.values())
        if style := block.attrs.pop("style", None):
            # The content security policy knows no inline style.
            block.attrs["align"] = str(style).removeprefix("text-align:")
    if attribute_characters > MAX_ATTRIBUTE_CHARACTERS:
        raise TooComplexError(TOO_MUCH_MARKUP)


def _count_step(state, *_arguments) -> bool:
    """A rule that never matches: the parser asks it first wherever it tries its rules."""
    state.env["steps"] += 1
    if state.env["steps"] + STEPS_PER_TOKEN * len(state.tokens) > MAX_STEPS:
        raise TooComplexError(TOO_MUCH_MARKUP)
    return False


def _make_markdown() -> MarkdownIt:
    # Below its own limit the parser drops what is nested deeper; ours is reached first.
    options = {"html": False, "xhtmlOut": False, "maxNesting": MAX_NESTING + 4}
    markdown = MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
    # Also among the rules that may end a paragraph, which are asked for every line.
    ends = ["paragraph", "reference", "blockquote", "list", "table"]
    markdown.block.ruler.before("table", "count_step", _count_step, {"alt": ends})
    markdown.core.ruler.before("inline", "count_step", _count_step)
    markdown.inline.ruler.before("text", "count_step", _count_step)
    return markdown


_markdown = _make_markdown()
_cleaner = nh3.Cleaner(
    tags=TAGS,
    attributes={
        "a": {"href", "title"},
        "img": {"src", "alt", "title"},
        "ol": {"start"},
        "td": {"align"},
        "th": {"align"},
    },
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener nofollow",
    set_tag_attribute_values={"img": {"loading": "lazy"}},
)
