"""Keyset pagination: a page is found by where it begins, never by how many rows come before it.

`WHERE (sort, id) < (…) ORDER BY sort DESC, id DESC LIMIT n` reads n entries of one index at any
depth (Markus Winand, "We need tool support for keyset pagination",
https://use-the-index-luke.com/no-offset). One row comparison, because the planner does not turn
`a < x OR (a = x AND b < y)` into an index condition.
"""

import base64
import binascii
import json
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, DateField, Expression, F, QuerySet, Value
from django.db.models.expressions import Func

WALK_ROWS = 2_000
"""How many entries of its index a page may look at when no index serves a filter."""


class InvalidCursor(ValueError):
    """The address names a place that cannot be read; says nothing that needs showing."""


@dataclass(frozen=True)
class Order:
    """One order of a list: `-created_at` is newest first; ties go by id in the same direction.

    `expression` replaces the plain column where the index is over an expression; `index` names an
    index that is not on the model (the check cannot see it).
    """

    key: str
    expression: Expression | None = None
    index: str = ""

    @property
    def column(self) -> str:
        return self.key.lstrip("-")

    @property
    def descending(self) -> bool:
        return self.key.startswith("-")

    @property
    def by(self) -> Expression:
        return F(self.column) if self.expression is None else self.expression

    def order_by(self, backwards: bool = False) -> list:
        descending = self.descending != backwards
        if self.column in ("pk", "id"):
            return ["-pk" if descending else "pk"]
        by = self.by.desc() if descending else self.by.asc()
        return [by, "-pk" if descending else "pk"]

    def is_by_date(self, model) -> bool:
        if self.column in ("id", "pk"):
            return False
        return self.expression is None and isinstance(model._meta.get_field(self.column), DateField)


class RowComparison(Func):
    """`(a, b) < (x, y)` over pairs of expressions, as one condition."""

    conditional = True

    def __init__(self, operator: str, *pairs: tuple):
        self.operator = operator
        columns, values = zip(*pairs, strict=True)
        super().__init__(*columns, *values, output_field=BooleanField())

    def as_sql(self, compiler, connection, **extra):
        compiled = [compiler.compile(part) for part in self.source_expressions]
        half = len(compiled) // 2
        left = ", ".join(sql for sql, _ in compiled[:half])
        right = ", ".join(sql for sql, _ in compiled[half:])
        params = [value for _, values in compiled for value in values]
        return f"({left}) {self.operator} ({right})", params


@dataclass(frozen=True)
class Position:
    """Where a page begins: behind (`after`) or in front of (`before`) a row, or at either end."""

    value: object = None
    pk: int | None = None
    backwards: bool = False

    @property
    def is_end(self) -> bool:
        """At the very first or last row, not at one named in the address."""
        return self.pk is None


@dataclass
class Page:
    """The rows of a page in their order, each `(pk, sort value, …)`, and what lies around them."""

    rows: list[tuple] = field(default_factory=list)
    previous: Position | None = None
    next: Position | None = None
    stopped: bool = False
    """The walk ended at its bound before the page was full."""
    stopped_at: object = None
    """The sort value the walk came to."""


def encode(value: object, pk: int) -> str:
    """A row's place as one word for the address."""
    if isinstance(value, datetime):
        value = value.isoformat()
    raw = json.dumps([value, pk], ensure_ascii=False, default=str).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(word: str, order: Order, model) -> tuple[object, int]:
    """The place that `encode` wrote, checked against the order's column.

    Raises InvalidCursor for anything else.
    """
    try:
        raw = base64.urlsafe_b64decode(word.encode("ascii") + b"=" * (-len(word) % 4))
        value, pk = json.loads(raw)
        if type(pk) is not int or not -(2**63) <= pk < 2**63:
            raise InvalidCursor
        if order.column in ("pk", "id"):
            return pk, pk
        if isinstance(value, str) and "\x00" in value:
            raise InvalidCursor
        column = model._meta.get_field(order.column)
        cleaned = column.to_python(value)
        if cleaned is None or isinstance(value, bool | list | dict):
            raise InvalidCursor
        if isinstance(cleaned, int) and not -(2**63) <= cleaned < 2**63:
            raise InvalidCursor
        if isinstance(cleaned, datetime) and cleaned.tzinfo is None:
            raise InvalidCursor
        return cleaned, pk
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise InvalidCursor from error
    except ValidationError as error:
        raise InvalidCursor from error


def beyond(queryset: QuerySet, order: Order, value: object, pk: int, operator: str) -> QuerySet:
    """The rows on one side of a place in the order."""
    if order.column in ("pk", "id"):
        return queryset.filter(RowComparison(operator, (F("pk"), Value(pk))))
    column = queryset.model._meta.get_field(order.column)
    return queryset.filter(
        RowComparison(operator, (order.by, Value(value, output_field=column)), (F("pk"), Value(pk)))
    )


def slice_of(queryset: QuerySet, order: Order, position: Position, limit: int) -> QuerySet:
    """At most `limit` rows from a position on, walking away from it."""
    if not position.is_end:
        towards_smaller = order.descending != position.backwards
        operator = "<" if towards_smaller else ">"
        queryset = beyond(queryset, order, position.value, position.pk, operator)
    return queryset.order_by(*order.order_by(position.backwards))[:limit]


def around(rows: list[tuple], position: Position, limit: int, stop: tuple | None = None) -> Page:
    """The page that `slice_of(…, limit + 1)` found; its rows begin with pk and sort value.

    `stop` is the (sort value, pk) a bounded walk came to.
    """
    more, rows = len(rows) > limit, rows[:limit]
    page = Page(rows=rows)
    onwards = None
    if more:
        onwards = Position(rows[-1][1], rows[-1][0], position.backwards)
    elif stop:
        page.stopped, page.stopped_at = True, stop[0]
        onwards = Position(stop[0], stop[1], position.backwards)
    back = None
    if not position.is_end:
        start = (rows[0][1], rows[0][0]) if rows else (position.value, position.pk)
        back = Position(*start, backwards=not position.backwards)
    if position.backwards:
        rows.reverse()
        page.previous, page.next = onwards, back
    else:
        page.previous, page.next = back, onwards
    return page


def walk_end(queryset: QuerySet, order: Order, position: Position) -> tuple | None:
    """The (sort value, pk) of the last row a bounded walk may look at; None if it comes to the end.

    Two thousand entries of an index are a millisecond to fetch; asking the server for the last
    of them alone would take an OFFSET.
    """
    keys = slice_of(queryset.annotate(_sort=order.by), order, position, WALK_ROWS)
    rows = list(keys.values_list("_sort", "pk"))
    return rows[-1] if len(rows) == WALK_ROWS else None
