"""Every number leads to the list of what it counts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from django.urls import reverse
from django.utils.http import urlencode

from apps.reports.periods import Period

# Stands for a key in an address; no key has a letter.
PLACE = "KEY"


def may_open(user, model: str) -> bool:
    app_label, _, name = model.partition(".")
    return user.has_perm(f"{app_label}.view_{name}") or user.has_perm(f"{app_label}.change_{name}")


@dataclass(frozen=True)
class ListLink:
    """To the list of a model, `users.user`, filtered as the number is.

    `dates` is the list's filter of days; `params` are filters that are always set; `fields` map
    a filter to the field of the row that it takes; `filters` are those of the report that the
    list has too.
    """

    model: str
    dates: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    filters: tuple[str, ...] = ()

    def to(self, filters: Mapping[str, Any]) -> Callable[[Any, Period], str]:
        """From a row and its days to an address: what all rows have in common is made once.

        For no row it is the total's; "" where the row has no such list.
        """
        start, end = f"{self.page()}?", tail(self.filters, filters)
        fixed = urlencode(self.params)

        def of_days(row: Any, period: Period) -> str:
            return start + "&".join(filter(None, [fixed, self.days(period), end]))

        def address(row: Any, period: Period) -> str:
            values = {name: getattr(row, at, None) for name, at in self.fields.items()}
            if None in values.values():
                return ""
            own = "&".join([param(name, value) for name, value in values.items()])
            parts = [fixed, own, self.days(period), end]
            return start + "&".join(filter(None, parts))

        # A page by day has thousands, and most depend on nothing else.
        return address if self.fields else of_days

    def is_for(self, user) -> bool:
        return may_open(user, self.model)

    def days(self, period: Period) -> str:
        if not self.dates:
            return ""
        first, last = period.start.isoformat(), period.last.isoformat()
        return f"{self.dates}_from={first}&{self.dates}_to={last}"

    def page(self) -> str:
        return reverse(f"admin:{self.model.replace('.', '_')}_changelist")


@dataclass(frozen=True)
class ObjectLink:
    """To the page of the object whose key is in this field of the row."""

    model: str
    key: str

    def is_for(self, user) -> bool:
        return may_open(user, self.model)

    def to(self, filters: Mapping[str, Any]) -> Callable[[Any, Period], str]:
        before, _, after = reverse(
            f"admin:{self.model.replace('.', '_')}_change", args=[PLACE]
        ).partition(PLACE)

        def address(row: Any, period: Period) -> str:
            key = getattr(row, self.key, None)
            return "" if key is None else f"{before}{key}{after}"

        return address


def param(name: str, value: Any) -> str:
    """Ids and days need no quoting, and most are these: a hundred rows 0.1 ms instead of 0.4."""
    return f"{name}={value}" if type(value) in (int, date) else urlencode({name: value})


def tail(names: Sequence[str], filters: Mapping[str, Any]) -> str:
    """The report's filters that the list has too, as far as they are set."""
    return urlencode({name: filters[name] for name in names if name in filters})


class Link(Protocol):
    """Where a number leads: to a list, an object, another report."""

    def is_for(self, user) -> bool:
        """Whether the place may be opened."""

    def to(self, filters: Mapping[str, Any]) -> Callable[[Any, Period], str]:
        """From a row (None: the total) and its days to an address, "" where it has none."""
