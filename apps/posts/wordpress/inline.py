"""One paragraph of Markdown from the runs of text, marks and breaks of an HTML one."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlsplit

SPACE = re.compile(r"[ \t\r\n\f]+")
# Where a backslash is needed wherever they stand: these begin or end something.
SPECIAL = re.compile(r"[\\`*\[\]~]|<(?=[a-zA-Z/!?])|&(?=#?\w+;)|(?<!\w)_|_(?!\w)")
LINE_START = re.compile(r"^([#>+=:|-]|\d{1,9}(?=[.)]))", re.MULTILINE)
DELIMITERS = {"strong": "**", "em": "*", "s": "~~"}
SCHEMES = {"", "http", "https", "mailto"}
BARE_URL = re.compile(r"https?://[^\s<>\\]+")


@dataclass(slots=True, eq=False)
class Mark:
    """An open element: strong, em, s, or a link with its address."""

    kind: str
    address: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Open:
    mark: Mark


@dataclass(frozen=True, slots=True)
class Close:
    mark: Mark


@dataclass(frozen=True, slots=True)
class Raw:
    """Markdown that is whole in itself: an image, a code span."""

    markdown: str


class Break:
    """A line break within a paragraph."""


Run = str | Open | Close | Raw | Break


def escape(text: str) -> str:
    return SPECIAL.sub(lambda match: "\\" + match[0], text)


def paragraph(runs: list[Run], losses: Counter, *, plain: bool = False) -> str:
    """The Markdown of the runs, without space around it; empty when nothing shows.

    `plain` escapes nothing: for text that is shown as it is. Marks that had to go are
    counted in `losses`.
    """
    units = list(_tidied(runs))
    texts = [unit for unit in units if isinstance(unit, str) and unit != " "]
    if len(units) == len(texts) == 1 and BARE_URL.fullmatch(texts[0]) and not plain:
        return f"<{texts[0]}>"
    misplaced = _misplaced(units)
    losses["emphasis within a word (its text is kept)"] += len(misplaced)
    markdown = _joined(units, misplaced, (lambda text: text) if plain else escape)
    return markdown if plain else LINE_START.sub(_escape_line_start, markdown)


def _escape_line_start(match: re.Match) -> str:
    return match[1] + "\\" if match[1].isdigit() else "\\" + match[1]


def _tidied(runs: list[Run]):
    """The runs with single spaces, none at the ends or within a mark's ends, no empty marks."""
    waiting: list[Open] = []
    gap: str | Break | None = None
    started = False
    for run in runs:
        if isinstance(run, Open):
            waiting.append(run)
        elif isinstance(run, Close):
            if any(opened.mark is run.mark for opened in waiting):
                waiting = [opened for opened in waiting if opened.mark is not run.mark]
            else:
                yield run
        elif isinstance(run, Break):
            gap = run
        else:
            text = SPACE.sub(" ", run) if isinstance(run, str) else run.markdown
            body = text.strip()
            if text[:1].isspace() and gap is None:
                gap = " "
            if not body:
                continue
            if gap is not None and started:
                yield gap
            yield from waiting
            yield body if isinstance(run, str) else run
            started, waiting = True, []
            gap = " " if text[-1].isspace() else None


def _joined(units: list, dropped: set[Mark], escaped) -> str:
    out: list[str] = []
    for unit in units:
        if isinstance(unit, str):
            out.append(escaped(unit))
        elif isinstance(unit, Break):
            out.append("\\\n" if escaped is escape else "\n")
        elif isinstance(unit, Raw):
            out.append(unit.markdown)
        elif unit.mark.kind == "a":
            if isinstance(unit, Open):
                # Text that ends in an exclamation mark would make an image of the link.
                if out and out[-1].endswith("!"):
                    out[-1] = out[-1][:-1] + "\\!"
                out.append("[")
            else:
                out.append(f"]({address(unit.mark.address)}{_title(unit.mark.title)})")
        elif unit.mark not in dropped:
            out.append(DELIMITERS[unit.mark.kind])
    return "".join(out)


def _misplaced(units: list) -> set[Mark]:
    """The marks that Markdown could not tell from plain signs where they stand.

    `a**(b)**c` is no emphasis: a sign next to a punctuation mark must have a space or
    another punctuation mark on its other side (CommonMark, "left-flanking").
    """
    dropped = set()
    for at, unit in enumerate(units):
        if not isinstance(unit, (Open, Close)) or unit.mark.kind == "a":
            continue
        before, after = _character(units, at, -1), _character(units, at, 1)
        inner, outer = (after, before) if isinstance(unit, Open) else (before, after)
        touches = _neighbour_is_mark(units, at)
        if (_is_punctuation(inner) or touches) and not (outer.isspace() or _is_punctuation(outer)):
            dropped.add(unit.mark)
    return dropped


def _neighbour_is_mark(units: list, at: int) -> bool:
    neighbours = units[max(at - 1, 0) : at] + units[at + 1 : at + 2]
    return any(isinstance(near, (Open, Close)) and near.mark.kind != "a" for near in neighbours)


def _character(units: list, at: int, step: int) -> str:
    """The character next to a mark, over other marks; a space at the ends."""
    at += step
    while 0 <= at < len(units):
        unit = units[at]
        if isinstance(unit, str):
            return unit[0] if step > 0 else unit[-1]
        if isinstance(unit, Break):
            return " "
        if isinstance(unit, Raw) or unit.mark.kind == "a":
            return "["
        at += step
    return " "


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"


def is_allowed(url: str) -> bool:
    try:
        return urlsplit(url.strip()).scheme.lower() in SCHEMES
    except ValueError:
        return False


def address(url: str) -> str:
    """The address as it may stand in parentheses."""
    url = re.sub(r"[\s<>()\\\"\x00-\x1f]", lambda match: f"%{ord(match[0]):02X}", url.strip())
    return re.sub(r"&(?=#?\w+;)", "&amp;", url)


def _title(title: str) -> str:
    title = SPACE.sub(" ", title).strip()
    return ' "{}"'.format(escape(title).replace('"', '\\"')) if title else ""


def image(url: str, alt: str, title: str = "") -> Raw:
    alt = SPACE.sub(" ", alt).strip()
    return Raw(f"![{escape(alt)}]({address(url)}{_title(title)})")


def code(text: str) -> Raw:
    """A code span; its fence is longer than any run of backticks within."""
    text = SPACE.sub(" ", text)
    fence = "`" * (longest_run(text) + 1)
    pad = " " if text.startswith(("`", " ")) or text.endswith(("`", " ")) else ""
    return Raw(f"{fence}{pad}{text}{pad}{fence}")


def longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
