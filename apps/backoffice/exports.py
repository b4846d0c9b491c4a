"""Tables as files: CSV and JSON row by row, Excel workbooks up to 100,000 rows.

What reads as a formula in a spreadsheet is sent as text: a comment that begins with `=` must not
run on the desk of whoever opens the file (ASVS 5.0.0, 1.2.10).
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import Any

import xlsxwriter
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from apps.backoffice.downloads import Download, tell

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
# Excel's own limit is a million; a workbook of these takes 3 s to write.
XLSX_ROWS = 100_000
ROWS_AT_ONCE = 500
LONGEST_CELL = 32_767
# It counts days from here on; of an earlier one it shows nothing but ####.
EXCEL_BEGINS = 1900
# Full-width forms are read as the plain ones by some spreadsheets.
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
KEPT_IN_MEMORY = 2 * 1024 * 1024

Row = Sequence[Any]


class TooManyRows(ValueError):
    """More than a workbook takes; CSV takes any number."""


@dataclass(frozen=True)
class Table:
    """`rows` are tuples of values, as long as `headers`; times are shown in TIME_ZONE.

    `name` is the file's, without its ending; `keys` name the columns in JSON.
    """

    name: str
    title: str
    headers: Sequence[str]
    rows: Iterable[Row]
    keys: Sequence[str] = ()


def answer(request: HttpRequest, table: Table, file_format: str) -> HttpResponseBase:
    """The table as a download, of which listeners are told when it has been sent.

    Raises TooManyRows before anything is sent, and KeyError for a format there is not.
    """
    sent = Sent(request, table.name, table.title, file_format)
    if file_format == "xlsx":
        file = workbook(table, sent)
        sent.tell(is_whole=True)
        return FileResponse(file, content_type=FORMATS[file_format], headers=sent.headers)
    return sent.streamed({"csv": csv_lines, "json": json_lines}[file_format](table))


class Sent:
    """Counts the rows of a download as they are sent, and tells of them at the end."""

    def __init__(self, request: HttpRequest, name: str, title: str, file_format: str):
        self.request, self.name, self.title = request, name, title
        self.format, self.rows = file_format, 0

    @property
    def headers(self) -> dict[str, str]:
        return {
            "Content-Disposition": f'attachment; filename="{self.name}.{self.format}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }

    def streamed(self, parts: Iterable[tuple[int, str | bytes]]) -> StreamingHttpResponse:
        """The parts of a file, each with the rows that are in it."""
        content = self.whole(parts)
        kind = FORMATS[self.format]
        return StreamingHttpResponse(content, content_type=kind, headers=self.headers)

    def whole(self, parts: Iterable[tuple[int, str | bytes]]) -> Iterator[bytes]:
        """The parts; an error on the way breaks the connection, so that no file looks whole."""
        is_whole = False
        try:
            for rows, part in parts:
                self.rows += rows
                yield part.encode() if isinstance(part, str) else part
            is_whole = True
        finally:
            self.tell(is_whole=is_whole)

    def tell(self, *, is_whole: bool) -> None:
        address = self.request.get_full_path()
        tell(
            self.request,
            Download(self.name, self.title, self.format, self.rows, address, is_whole),
        )


# CSV

# Days as ISO 8601 has them.
WRITTEN_AS_THEY_ARE = {int, float, date}


def csv_lines(table: Table) -> Iterator[tuple[int, str]]:
    """How many rows, and their lines; ends of lines as RFC 4180 has them."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([harmless(header) for header in table.headers])
    rows = iter(table.rows)
    while some := list(islice(rows, ROWS_AT_ONCE)):
        writer.writerows(
            [one if type(one) in WRITTEN_AS_THEY_ARE else csv_value(one) for one in row]
            for row in some
        )
        yield len(some), taken(buffer)
    yield 0, taken(buffer)


def taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def csv_value(value: Any) -> Any:
    """Numbers as they are, days and times as ISO 8601, durations in seconds, text harmless."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float | Decimal):
        return value
    if isinstance(value, datetime):
        return local(value).isoformat(sep=" ", timespec="seconds")
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.isoformat() if isinstance(value, date) else harmless(str(value))


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula, wherever its first sign hides."""
    text = text.replace("\x00", "")
    return f"'{text}" if text.lstrip(" \n").startswith(FORMULAS) else text


def local(moment: datetime) -> datetime:
    """In TIME_ZONE, with its offset left out: spreadsheets do not read it."""
    return timezone.make_naive(moment) if timezone.is_aware(moment) else moment


# JSON


def json_lines(table: Table) -> Iterator[tuple[int, str]]:
    """An array of objects with typed values: times with their offset, durations in seconds."""
    keys = table.keys or table.headers
    yield 0, "["
    between = ""
    for row in table.rows:
        one = json.dumps(dict(zip(keys, row, strict=True)), default=json_value, ensure_ascii=False)
        yield 1, f"{between}\n{one}"
        between = ","
    yield 0, "\n]\n"


def json_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return float(value) if isinstance(value, Decimal) else str(value)


# Excel


def workbook(table: Table, sent: Sent) -> SpooledTemporaryFile:
    """One sheet, written row by row; nothing in it is a formula or a link."""
    file = SpooledTemporaryFile(max_size=KEPT_IN_MEMORY)  # noqa: SIM115  (the response closes it)
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet(sheet_name(table.title))
        formats = {
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        sheet.write_row(0, 0, table.headers, book.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(table.rows, start=1):
            if number > XLSX_ROWS:
                raise TooManyRows(f"A workbook holds {XLSX_ROWS:,} rows at most: take CSV.")
            write_row(sheet, number, row, formats)
            sent.rows = number
    file.seek(0)
    return file


def write_row(sheet, number: int, row: Row, formats: dict) -> None:
    for column, value in enumerate(row):
        if isinstance(value, date) and value.year < EXCEL_BEGINS:
            sheet.write_string(number, column, csv_value(value))
        elif isinstance(value, datetime):
            sheet.write_datetime(number, column, local(value), formats[datetime])
        elif isinstance(value, date):
            sheet.write_datetime(number, column, value, formats[date])
        elif isinstance(value, bool):
            sheet.write_boolean(number, column, value)
        elif isinstance(value, int | float | Decimal):
            sheet.write_number(number, column, value)
        elif isinstance(value, timedelta):
            sheet.write_number(number, column, value.total_seconds())
        elif value is not None:
            # What is longer than a cell may be would be left out whole.
            sheet.write_string(number, column, str(value).replace("\x00", "")[:LONGEST_CELL])


def sheet_name(title: str) -> str:
    """At most 31 characters, and none that Excel forbids."""
    return "".join(one for one in title if one not in "[]:*?/\\'")[:31] or "Data"
