"""The converter: walks the tags of a post and writes Markdown, block by block."""

import re
from collections import Counter

from apps.posts.markdown import MAX_NESTING
from apps.posts.wordpress import inline
from apps.posts.wordpress.blocks import Frame, indented_list, is_list, joined_item, quoted
from apps.posts.wordpress.html_tokens import Comment, Tag, Text, tokens
from apps.posts.wordpress.inline import Break, Close, Mark, Open, Raw, Run, paragraph
from apps.posts.wordpress.shortcodes import count_shortcodes, replace_shortcodes
from apps.posts.wordpress.tables import Table

MARKS = {
    **dict.fromkeys(["strong", "b"], "strong"),
    **dict.fromkeys(["em", "i", "cite", "dfn", "var"], "em"),
    **dict.fromkeys(["del", "s", "strike"], "s"),
}
CODE = {"code", "kbd", "samp", "tt"}
# Kept as plain text: the tag says how the text looks, not what it is.
UNMARKED = {"sub", "sup", "u", "ins", "small", "big", "mark", "font", "abbr", "acronym", "ruby"}
HEADINGS = {f"h{level}" for level in range(1, 7)}
# fmt: off
BLOCKS = HEADINGS | {
    "p", "div", "section", "article", "aside", "header", "footer", "main", "nav", "figure",
    "figcaption", "address", "center", "details", "summary", "fieldset", "legend", "form", "dl",
    "dt", "dd", "hr", "pre", "blockquote", "ul", "ol", "li", "table", "body", "html", "head",
    "hgroup", "menu", "dir", "noscript", "button", "option", "label", "canvas",
}
# fmt: on
MEDIA = {"iframe", "video", "audio", "embed", "object", "source", "track"}
DROPPED = {"script", "style", "svg", "math", "template", "input", "select", "textarea"}
TABLE_PARTS = {"td", "th", "tr", "caption", "thead", "tbody", "tfoot"}
CONTAINERS = {"blockquote": 1, "ul": 2, "ol": 2, "menu": 2, "dir": 2}
LISTS = {"ul", "ol", "menu", "dir"}
BLOCK_COMMENT = re.compile(r"wp:([\w/-]+)")


class Converter:
    def __init__(self, html: str, *, plain: bool = False):
        self.html = html.replace("\r\n", "\n")
        self.plain = plain
        self.losses = Counter()
        self.texts: list[str] = []  # what must be readable in the result
        self.texts_by_block: list[str] = []
        self._block_texts: list[str] = []
        # Posts of the block editor say themselves where a paragraph begins.
        self._lines_count = "<!-- wp:" not in html
        self._frames = [Frame("root")]
        self._runs: list[Run] = []
        self._marks: list[Mark] = []
        self._heading = 0
        self._skip: list[str] = []
        self._code: list[str] | None = None
        self._pre: list[str] | None = None

    def convert(self) -> str:
        html = replace_shortcodes(self.html)
        self.losses.update(count_shortcodes(html))
        for token in tokens(html):
            if isinstance(token, Text):
                self._text(token.text)
            elif isinstance(token, Comment):
                self._comment(token.text)
            elif self._skip:
                self._skipping(token)
            elif token.is_end:
                self._end(token.name)
            else:
                self._start(token)
        self._end_code()
        self._end_pre()
        self._pop_to(1)
        self._flush()
        return "\n\n".join(self._frames[0].blocks)

    def _lose(self, name: str) -> None:
        self.losses[name] += 1

    # Text

    def _text(self, text: str) -> None:
        if self._skip:
            return
        if self._pre is not None:
            self._pre.append(text)
        elif self._code is not None:
            self._code.append(text)
        elif not self._lines_count or self._table():
            self._append(text)
        else:
            self._autop(text)

    def _autop(self, text: str) -> None:
        """Blank lines end a paragraph and a line's end is a break, as in WordPress."""
        for number, part in enumerate(re.split(r"\n[ \t]*\n\s*", text)):
            if number:
                self._flush()
            for line_number, line in enumerate(part.split("\n")):
                if line_number and self._runs:
                    self._runs.append(Break())
                self._append(line)

    def _append(self, text: str) -> None:
        if text:
            self._runs.append(text)
            self._remember(text)

    def _remember(self, text: str) -> None:
        self.texts.append(text)
        self._block_texts.append(text)

    def _comment(self, text: str) -> None:
        block = BLOCK_COMMENT.match(text)
        if block and text.endswith("/"):
            self._lose(f"block {block[1]}")
        elif text.startswith("more"):
            self._flush()
            self._lose("“more” tag")
        elif text.startswith("nextpage"):
            self._flush()
            self._block("***")
            self._lose("page break (a rule instead)")

    def _skipping(self, token: Tag) -> None:
        if token.name == self._skip[0]:
            if token.is_end:
                self._skip.pop()
            else:
                self._skip.append(token.name)

    # Tags

    def _start(self, tag: Tag) -> None:
        if self._pre is not None or self._code is not None:
            self._start_within_code(tag)
        if self._pre is None and self._code is None:
            START.get(tag.name, Converter._ignore)(self, tag)

    def _start_within_code(self, tag: Tag) -> None:
        if tag.name == "br":
            self._text("\n")
        elif tag.name in {"a", "img"}:
            self._lose(f"<{tag.name}> within code")
        elif tag.name in BLOCKS:
            self._end_code()

    def _ignore(self, tag: Tag) -> None:
        """An element that adds nothing to its text, such as a span."""

    def _start_code(self, tag: Tag) -> None:
        self._code = []

    def _break(self, tag: Tag) -> None:
        self._runs.append(Break())

    def _open_quotation(self, tag: Tag) -> None:
        self._append("“")

    def _unmarked(self, tag: Tag) -> None:
        self._lose(f"<{tag.name}> (its text is kept)")
        if tag.name in {"abbr", "acronym"} and tag.attributes.get("title"):
            self._lose("explanation of an abbreviation")

    def _end(self, name: str) -> None:
        if name in CODE:
            self._end_code()
        elif name == "pre":
            self._end_pre()
        elif self._pre is not None or self._code is not None:
            return
        elif name in MARKS or name == "a":
            self._close(MARKS.get(name, name))
        elif name == "q":
            self._append("”")
        elif name in {"td", "th", "tr", "caption"} and self._table():
            self._flush_cell()
        elif name == "table" or name == "li" or name in CONTAINERS:
            self._end_container(name)
        elif name in BLOCKS:
            self._flush()

    def _drop(self, tag: Tag) -> None:
        self._lose(f"<{tag.name}>")
        if tag.name in {"svg", "math", "select"}:
            self._skip.append(tag.name)

    def _media(self, tag: Tag) -> None:
        address = tag.attributes.get("src") or tag.attributes.get("data") or ""
        if tag.name in {"source", "track"} and not address:
            return
        if tag.name in {"video", "audio", "object"} and not address:
            return  # its sources or its text follow
        if not address or not inline.is_allowed(address):
            self._lose(f"<{tag.name}>")
            return
        self._lose(f"<{tag.name}> (a link instead)")
        self._flush()
        mark = Mark("a", address)
        is_bare = inline.BARE_URL.fullmatch(address)
        self._runs += [address] if is_bare else [Open(mark), address, Close(mark)]
        self._remember(address)
        self._flush()

    def _image(self, tag: Tag) -> None:
        address, alt = tag.attributes.get("src", ""), tag.attributes.get("alt", "")
        if not address or not inline.is_allowed(address):
            self._lose("image without an address that may be shown")
            self._append(alt)
            return
        self._remember(alt)
        raw = f"![{alt}]({address})"
        shown = inline.image(address, alt, tag.attributes.get("title", ""))
        self._runs.append(Raw(raw) if self.plain else shown)

    def _open(self, tag: Tag) -> None:
        kind = MARKS.get(tag.name, tag.name)
        if any(mark.kind == kind for mark in self._marks):
            if kind != "a":
                return
            self._close("a")
        mark = Mark(kind)
        if kind == "a":
            mark.address = tag.attributes.get("href", "")
            mark.title = tag.attributes.get("title", "")
            if not mark.address:
                return  # an anchor; nothing shows
            if not inline.is_allowed(mark.address):
                self._lose("link whose address may not be followed")
                return
        self._marks.append(mark)
        self._runs.append(Open(mark))

    def _close(self, kind: str) -> None:
        at = next((n for n, mark in enumerate(self._marks) if mark.kind == kind), None)
        if at is None:
            return
        inner = self._marks[at + 1 :]
        self._runs += [Close(mark) for mark in reversed(self._marks[at:])]
        self._marks[at:] = [Mark(m.kind, m.address, m.title) for m in inner]
        self._runs += [Open(mark) for mark in self._marks[at:]]

    # Code

    def _end_code(self) -> None:
        if self._code is None:
            return
        text, self._code = "".join(self._code), None
        if text.strip():
            self._remember(text)
            self._runs.append(inline.code(text))
        else:
            self._append(text)

    def _end_pre(self) -> None:
        if self._pre is None:
            return
        text, self._pre = "".join(self._pre).strip("\n"), None
        if text.strip():
            self._remember(text)
            fence = "`" * max(3, inline.longest_run(text) + 1)
            self._block(f"{fence}\n{text}\n{fence}")

    # Blocks

    def _start_block(self, tag: Tag) -> None:
        if "background-image" in tag.attributes.get("style", ""):
            self._lose("background image")
        if self._table() and tag.name != "table":
            self._block_within_table(tag)
            return
        self._flush()
        START_BLOCK.get(tag.name, Converter._ignore)(self, tag)

    def _block_within_table(self, tag: Tag) -> None:
        self._runs.append(" ")
        if tag.name in LISTS | HEADINGS | {"pre", "blockquote"}:
            self._lose(f"<{tag.name}> within a table (its text is kept)")

    def _start_heading(self, tag: Tag) -> None:
        self._heading = int(tag.name[1])

    def _rule(self, tag: Tag) -> None:
        self._block("***")

    def _start_pre(self, tag: Tag) -> None:
        self._pre = []

    def _start_container(self, tag: Tag) -> None:
        self._push(tag.name, tag)

    def _push(self, name: str, tag: Tag | None = None) -> None:
        depth = sum(CONTAINERS.get(frame.name, 0) for frame in self._frames)
        if depth + CONTAINERS.get(name, 0) > MAX_NESTING - 2:
            self._lose("list or quote nested too deeply (its text is kept)")
            return
        frame = Frame(name, marks=len(self._marks))
        start = tag.attributes.get("start", "") if tag else ""
        if start.isascii() and start.isdigit():
            frame.start = int(start[:9])
        self._frames.append(frame)

    def _start_item(self, tag: Tag) -> None:
        at = self._last(lambda frame: frame.name in LISTS or frame.name == "li")
        if at is not None and self._frames[at].name == "li":
            self._pop_to(at)
        if self._last(lambda frame: frame.name in LISTS) is None:
            self._push("ul")
        self._push("li")

    def _start_table(self, tag: Tag) -> None:
        if self._table():
            self._lose("table within a table (its text is kept)")
            return
        self._push("table")
        self._frames[-1].table = Table()

    def _table(self) -> Table | None:
        return self._frames[-1].table

    def _table_part(self, tag: Tag) -> None:
        table = self._table()
        if table is None:
            return
        self._flush_cell()
        if tag.name == "tr":
            table.start_row()
        elif tag.name in {"td", "th"}:
            table.start_cell(is_header=tag.name == "th")
            if {"colspan", "rowspan"} & tag.attributes.keys():
                self._lose("merged table cells")
        elif tag.name == "caption":
            table.start_caption()

    def _flush_cell(self) -> None:
        text = self._paragraph().replace("\\\n", " ").replace("\n", " ")
        if text:
            self._table().add(text)

    def _end_container(self, name: str) -> None:
        at = self._last(lambda frame: frame.name == name)
        if at is None:
            self._flush()
        else:
            self._pop_to(at)

    def _last(self, wanted) -> int | None:
        """The innermost open container of a kind, not looking out of a table."""
        for at in range(len(self._frames) - 1, 0, -1):
            if wanted(self._frames[at]):
                return at
            if self._frames[at].name == "table":
                return None
        return None

    def _pop_to(self, at: int) -> None:
        while len(self._frames) > at:
            if self._table():
                self._flush_cell()
            else:
                self._flush()
            self._close_frame(self._frames.pop())

    def _close_frame(self, frame: Frame) -> None:
        while len(self._marks) > frame.marks:
            self._close(self._marks[-1].kind)
        self._runs = [Open(mark) for mark in self._marks]
        if frame.name == "li":
            self._frames[-1].blocks.append(joined_item(frame.blocks))
        elif frame.name in LISTS:
            self._block(indented_list(frame, self._frames[-1].blocks))
        elif frame.name == "blockquote":
            self._block(quoted("\n\n".join(frame.blocks)))
        elif frame.table:
            for block in frame.table.blocks():
                self._block(block)

    def _paragraph(self) -> str:
        runs = self._runs + [Close(mark) for mark in reversed(self._marks)]
        self._marks = [Mark(m.kind, m.address, m.title) for m in self._marks]
        self._runs = [Open(mark) for mark in self._marks]
        self.texts_by_block.append("".join(self._block_texts))
        self._block_texts = []
        return paragraph(runs, self.losses, plain=self.plain)

    def _flush(self) -> None:
        if self._table():
            self._runs.append(" ")
            return
        text = self._paragraph()
        if text and self._heading:
            text = text.replace("\\\n", " ").replace("\n", " ")
            text = "#" * self._heading + " " + re.sub(r" (#+)$", r" \\\1", text)
        self._heading = 0
        self._block(text)

    def _block(self, text: str) -> None:
        if not text:
            return
        if self._frames[-1].name in LISTS:
            # Text or a list right in a list belongs to the item before.
            if self._frames[-1].blocks:
                self._frames[-1].blocks[-1] += ("\n" if is_list(text) else "\n\n") + text
            else:
                self._frames[-1].blocks.append(text)
            return
        self._frames[-1].blocks.append(text)


START = {
    **dict.fromkeys(BLOCKS, Converter._start_block),
    **dict.fromkeys(UNMARKED, Converter._unmarked),
    **dict.fromkeys(DROPPED, Converter._drop),
    **dict.fromkeys(MEDIA, Converter._media),
    **dict.fromkeys([*MARKS, "a"], Converter._open),
    **dict.fromkeys(CODE, Converter._start_code),
    **dict.fromkeys(TABLE_PARTS, Converter._table_part),
    "br": Converter._break,
    "img": Converter._image,
    "q": Converter._open_quotation,
}
START_BLOCK = {
    **dict.fromkeys(HEADINGS, Converter._start_heading),
    **dict.fromkeys(CONTAINERS, Converter._start_container),
    **dict.fromkeys(["dt", "dd", "form", "button", "details"], Converter._unmarked),
    "hr": Converter._rule,
    "pre": Converter._start_pre,
    "li": Converter._start_item,
    "table": Converter._start_table,
}
