"""All rows of a list as CSV, however many: COPY on PostgreSQL, and as flat in memory elsewhere.

The rows come in the order of their keys, 100,000 at a time: each slice begins where the last one
ended and is a statement of its own with its own timeout, all of them in one snapshot. The key is
the first column, so the last row sent says where the next slice begins.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence

from django.conf import settings
from django.db import connections, models, transaction
from django.db.models import Case, F, Func, QuerySet, Value, When
from django.db.models.functions import Cast
from django.utils import timezone

from apps.backoffice.exports import FORMULAS, Table, csv_lines

# Each reads its authors anew, so few are better; but 22 MB have to reach the reader within the
# timeout of a statement.
SLICE_ROWS = 100_000
PART_BYTES = 256 * 1024
# As `exports.harmless` says it.
FORMULA = f"^[ \\n]*[{''.join(FORMULAS)}]".replace("-", "\\-")


def lines(rows: QuerySet, fields: Sequence[str]) -> Iterator[tuple[int, str | bytes]]:
    """The CSV file of these rows and fields (ORM paths, `author__name`), in parts.

    The first field is the key. Each part comes with how many rows are in it.
    """
    headers = [heading(rows.model, field) for field in fields]
    alias = settings.REPORTS_ALIAS
    rows = rows.using(alias).order_by()
    if connections[alias].vendor == "postgresql":
        yield from copied(rows, fields, headers, alias)
    else:
        values = rows.order_by("pk").values_list(*fields).iterator(2_000)
        yield from csv_lines(Table("", "", headers, values))


def heading(model: type[models.Model], path: str) -> str:
    """“Author” for `author__name`: what another object is called by is that object."""
    field = model._meta.get_field(path.partition("__")[0])
    label = str(field.verbose_name)
    return label if label.isupper() else label[:1].upper() + label[1:]


def copied(
    rows: QuerySet, fields: Sequence[str], headers: Sequence[str], alias: str
) -> Iterator[tuple[int, str | bytes]]:
    yield from csv_lines(Table("", "", headers, ()))
    connection = connections[alias]
    begins = not connection.in_atomic_block
    columns = {f"_{number}": shown(rows.model, path) for number, path in enumerate(fields)}
    rows = rows.annotate(**columns).order_by("pk")
    with transaction.atomic(using=alias), connection.cursor() as cursor:
        if begins:
            # A test that is rolled back is a transaction already.
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        last, count = 0, SLICE_ROWS
        while count == SLICE_ROWS:
            part = rows.filter(pk__gt=last).values_list(*columns)[:SLICE_ROWS]
            sql, params = part.query.sql_with_params()
            with cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT csv)", params) as copy:
                count, line = yield from joined(copy)
            last = int(bytes(line).partition(b",")[0] or 0)


def joined(
    lines: Iterable[bytes | memoryview],
) -> Generator[tuple[int, bytes], None, tuple[int, bytes | memoryview]]:
    """In larger parts: PostgreSQL sends a row at a time, and each part is a call of the server.

    Returns how many rows there were, and the last.
    """
    part, count, line, told = bytearray(), 0, b"", 0
    # Each line is let go at once: a list of them to join took twice the time.
    for count, line in enumerate(lines, 1):
        part += line
        if len(part) > PART_BYTES:
            yield count - told, bytes(part)
            part.clear()
            told = count
    yield count - told, bytes(part)
    return count, line


class Harmless(Func):
    """The text, after an apostrophe where a spreadsheet would take it for a formula.

    Most texts begin with a letter, which two comparisons of bytes tell: the expression alone
    would double what a download takes.
    """

    template = (
        """CASE WHEN (%(text)s COLLATE "C" < 'A' OR %(text)s COLLATE "C" > U&'\\FF00') """
        "AND %(text)s ~ %(formula)s THEN '''' || %(text)s ELSE %(text)s END"
    )

    def as_sql(self, compiler, connection, **context):
        text, _ = compiler.compile(self.source_expressions[0])
        return self.template % {"text": text, "formula": "%s"}, [FORMULA]


def shown(model: type[models.Model], path: str) -> models.expressions.Combinable:
    """The field as `exports.csv_value` would write it."""
    options = model._meta
    for name in path.split("__"):
        field = options.get_field(name)
        options = field.related_model._meta if field.related_model else options
    if isinstance(field, models.DateTimeField):
        zone = Value(timezone.get_default_timezone_name())
        local = Func(zone, F(path), function="timezone")
        # As PostgreSQL writes it, without its fraction; `to_char` takes thrice as long.
        cut = Func(Value("second"), local, function="date_trunc")
        return Cast(cut, models.TextField())
    if isinstance(field, models.BooleanField):
        return Case(When(**{path: True}, then=Value("yes")), default=Value("no"))
    # The choices are ours. To look at a million texts of a column takes 75 ms.
    if isinstance(field, models.CharField | models.TextField) and not field.choices:
        return Harmless(F(path), output_field=models.TextField())
    return F(path)
