"""What a backfill changes: rows of one model, walked in the order of their keys."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db import connections, models
from django.db.models import Q
from django.db.models.sql import UpdateQuery

# From this many rows on an estimate is good enough.
COUNTED = 100_000


def still_to_do(values: Mapping[str, Any]) -> Q:
    """Rows in which one of these columns has no value yet, or still one that is to go."""
    return reduce(or_, (Q(**{f"{name}__isnull": values[name] is not None}) for name in values))


def plain(field: models.Field) -> models.Field:
    """What a key is in the end: that of a profile is its user's."""
    return field.target_field if field.is_relation else field


@dataclass(frozen=True)
class Window:
    """Rows whose keys follow each other: above `after`, up to and including `last`.

    None leaves that end open. `looked` is how many there are, changed or not.
    """

    after: Any
    last: Any
    looked: int
    is_final: bool


@dataclass(frozen=True)
class Work:
    """`values` (column → value or expression) for the rows that `where` still finds.

    A row that got its values must be found no longer: that is what makes it safe to run again.
    """

    name: str
    model: type[models.Model]
    values: Mapping[str, Any]
    where: Q
    using: str = "default"

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def columns(self) -> str:
        return ", ".join(self.model._meta.get_field(name).column for name in self.values)

    def rows(self) -> models.QuerySet:
        # The base manager: a default one may hide rows, of the trash for instance.
        return self.model._base_manager.using(self.using).order_by("pk")

    def to_do(self) -> models.QuerySet:
        return self.rows().filter(self.where)

    def remains(self) -> bool:
        return self.to_do().order_by().exists()

    def window(self, after: Any, size: int) -> Window:
        """The next `size` rows, to be changed or not: what a batch reads is bounded too."""
        rows = self.rows() if after is None else self.rows().filter(pk__gt=after)
        keys = rows.values_list("pk", flat=True)
        if (last := keys[size - 1 : size].first()) is not None:
            return Window(after, last, size, is_final=False)
        rest = list(keys[:size])
        return Window(after, rest[-1] if rest else after, len(rest), is_final=True)

    def change(self, window: Window) -> int:
        """Gives the rows of the window their values; how many there were."""
        rows = self.to_do()
        if window.after is not None:
            rows = rows.filter(pk__gt=window.after)
        if window.last is not None:
            rows = rows.filter(pk__lte=window.last)
        if not self._lock(rows):
            return 0
        return rows.order_by().update(**self.values)

    def _lock(self, rows: models.QuerySet) -> list[Any]:
        """In the order of keys, as everybody should: an UPDATE takes them in any order.

        NO KEY: who inserts rows that refer to these need not wait.
        """
        if connections[self.using].features.has_select_for_update:
            rows = rows.select_for_update(of=("self",), no_key=True)
        # Of a key of several columns one, for Django cannot lock by them all.
        return list(rows.values_list(self.model._meta.pk_fields[0].attname, flat=True))

    def expected(self) -> int:
        """How many rows there are: counted, or if there are many, what the planner takes it for:
        it looks at the size of the file, even if nobody has analyzed the table yet.
        """
        rows = self.rows().order_by()
        counted = rows[:COUNTED].count()
        if counted < COUNTED:
            return counted
        if connections[self.using].vendor != "postgresql":
            return rows.count()
        [plan] = json.loads(rows.explain(format="json"))
        return max(plan["Plan"]["Plan Rows"], counted)

    def ends(self) -> tuple[str | None, str | None]:
        """The first and the last key as text; None for keys one cannot count with."""
        if not isinstance(self._plain_key(), models.IntegerField | models.UUIDField):
            return None, None
        keys = self.rows().values_list("pk", flat=True)
        return self.text(keys.first()), self.text(keys.last())

    def _plain_key(self) -> models.Field:
        return plain(self.model._meta.pk)

    def text(self, key: Any) -> str | None:
        if isinstance(key, tuple):
            return json.dumps([str(part) for part in key])
        return None if key is None else str(key)

    def key(self, text: str | None) -> Any:
        if text is None:
            return None
        field = self._plain_key()
        if isinstance(field, models.CompositePrimaryKey):
            parts = zip(field.fields, json.loads(text), strict=True)
            return tuple(plain(part).to_python(value) for part, value in parts)
        return field.to_python(text)

    @property
    def sql(self) -> str:
        """All of it as one statement, which is never run like this: to be shown."""
        query = self.to_do().order_by().query.chain(UpdateQuery)
        query.add_update_values(self.values)
        sql, params = query.get_compiler(self.using).as_sql()
        return f"{sql % params}, in batches"
