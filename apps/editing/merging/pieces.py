"""A text in pieces: paragraphs, sentences, words. Joined again they are the text, to the byte.

White space between two pieces is a piece of its own, so a sentence that is added after
another leaves that one as it was.
"""

import re
from collections.abc import Iterator

# A line of prose this short with no stop was ended by hand (verse, an address), not by wrapping.
SHORT_LINE = 40
# fmt: off
ABBREVIATIONS = {
    "approx", "ca", "cf", "dr", "e.g", "eds", "etc", "fig", "gov", "i.e", "inc", "jr", "ltd", "mr",
    "mrs", "ms", "nos", "pp", "prof", "rep", "rev", "sen", "sr", "st", "u.k", "u.s", "viz", "vs",
}
# fmt: on

_FENCE = re.compile(r" {0,3}(?:`{3,}|~{3,})")
# A fenced block up to its closing fence, or the end; else lines that are not blank.
_PARAGRAPH = re.compile(
    r"^ {0,3}(?P<fence>(?P<mark>[`~])(?P=mark){2,})[^\n]*"
    r"(?:\n(?! {0,3}(?P=fence)(?P=mark)*[^\S\n]*$)[^\n]*)*(?:\n[^\n]*)?"
    r"|^[^\S\n]*\S[^\n]*(?:\n(?! {0,3}(?:```|~~~))[^\S\n]*\S[^\n]*)*",
    re.MULTILINE,
)
# Lines that begin something of their own: heading, quote, table row, item of a list.
_MARKED_LINE = re.compile(r"[ \t]*(?:[#>|]|[-+*][ \t]|\d{1,9}[.)][ \t])")
_ONE_LINE_BLOCK = re.compile(r"[ \t]*[#|]")
_LAST_WORD = re.compile(r"[^\s\"'“‘«(\[*_]*$")
# Where a sentence may end: after a stop with its closing quotes, at a line's end, and between
# "so.Then" and "了。然后", which have no space. Each run of spaces is tried once, at its start.
_STOPS = ".!?…。！？"
_CLOSING = "\"'”’»)]*_」』）"
_GAP = re.compile(
    rf"(?<=[{_STOPS}{re.escape(_CLOSING)}])\s+"
    r"|(?<!\s)[^\S\n]*\n\s*"
    rf"|(?<=[。！？」』）])(?![\s{_STOPS}{re.escape(_CLOSING)}])"
    r"|(?<=[^\W\d_]{2}[.!?])(?=[^\W\d_]{2})"
)
_WORD = re.compile(r"\w+(?:[.,:'’/-]\w+)*|\s+|[^\w\s]")


def paragraphs(text: str) -> list[str]:
    """Runs of lines with text, a fenced block of code being one, and the white space between."""
    pieces, at = [], 0
    for match in _PARAGRAPH.finditer(text):
        body = match[0].rstrip()
        pieces += [text[at : match.start()], body]
        at = match.start() + len(body)
    return [piece for piece in [*pieces, text[at:]] if piece]


def sentences(text: str) -> list[str]:
    """Sentences and the white space between; of code and tables, lines."""
    pieces = []
    for paragraph in paragraphs(text):
        if _FENCE.match(paragraph):
            pieces += re.findall(r"[^\n]+|\n", paragraph)
        else:
            pieces += _sentences_of(paragraph)
    return pieces


def begins_line(text: str) -> bool:
    """Whether it is no prose, that could stand behind other prose."""
    return _MARKED_LINE.match(text) is not None


def words(text: str) -> list[str]:
    """Words (`4.6` and `don't` are one), marks of punctuation, and runs of white space."""
    return _WORD.findall(text)


def _sentences_of(paragraph: str) -> Iterator[str]:
    start = 0
    for gap in _GAP.finditer(paragraph):
        if start < gap.start() and _ends_sentence(paragraph, start, gap):
            yield paragraph[start : gap.start()]
            if gap[0]:
                yield gap[0]
            start = gap.end()
    if paragraph[start:]:
        yield paragraph[start:]


def _ends_sentence(paragraph: str, start: int, gap: re.Match) -> bool:
    if "\n" in gap[0] and _ends_line(paragraph, gap):
        return True
    if paragraph.startswith("|", start):
        return False
    following = paragraph[gap.end() : gap.end() + 1]
    end = paragraph[max(start, gap.start() - 30) : gap.start()].rstrip(_CLOSING)
    if not end.endswith(tuple(_STOPS)) or following.islower():
        return False
    if not gap[0] and end[-1] in ".!?":
        return end[-2:-1].islower()
    word = _LAST_WORD.search(end[:-1])[0]
    is_initial = len(word) == 1 and word.isalpha()
    is_number_of_item = word.isdecimal() and paragraph[start : gap.start()].strip() == f"{word}."
    is_short_form = is_initial or is_number_of_item or word.lower() in ABBREVIATIONS
    return not (end.endswith(".") and is_short_form)


def _ends_line(paragraph: str, gap: re.Match) -> bool:
    start = paragraph.rfind("\n", 0, gap.start()) + 1
    next_line = paragraph.rfind("\n", 0, gap.end()) + 1
    return (
        gap.start() - start < SHORT_LINE
        or _ONE_LINE_BLOCK.match(paragraph, start) is not None
        or _MARKED_LINE.match(paragraph, next_line) is not None
    )
