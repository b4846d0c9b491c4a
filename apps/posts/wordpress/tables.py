"""A table of HTML as a table of Markdown: one line a row, the first its head."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Table:
    rows: list[list[str]] = field(default_factory=list)
    caption: list[str] = field(default_factory=list)
    first_row_is_head: bool = False
    _in_caption: bool = False

    def start_row(self) -> None:
        self._in_caption = False
        self.rows.append([])

    def start_cell(self, *, is_header: bool) -> None:
        if not self.rows or self._in_caption:
            self.start_row()
        self.rows[-1].append("")
        self.first_row_is_head |= is_header and len(self.rows) == 1

    def start_caption(self) -> None:
        self._in_caption = True

    def add(self, text: str) -> None:
        if self._in_caption:
            self.caption.append(text)
            return
        if not self.rows or not self.rows[-1]:
            self.start_cell(is_header=False)
        cell = self.rows[-1][-1]
        self.rows[-1][-1] = f"{cell} {text}" if cell else text

    def blocks(self) -> list[str]:
        """The caption and the table, where there is any."""
        rows = [row for row in self.rows if row]
        blocks = [" ".join(self.caption)] if self.caption else []
        if not rows:
            return blocks
        width = max(len(row) for row in rows)
        # A table of Markdown has a head; the cells of one that had none stay empty.
        head, body = (rows[0], rows[1:]) if self.first_row_is_head else ([], rows)
        lines = [_line(head, width), "|" + " --- |" * width]
        lines += [_line(row, width) for row in body]
        return [*blocks, "\n".join(lines)]


def _line(cells: list[str], width: int) -> str:
    padded = [*cells, *[""] * (width - len(cells))]
    return "|" + "".join(f" {_escaped(cell)} |" for cell in padded)


def _escaped(cell: str) -> str:
    return cell.replace("\\|", "|").replace("|", "\\|")
