"""Every number leads to the list of what it counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from apps.reports.periods import Period


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

    def address(self, row: Any, period: Period, filters: Mapping[str, Any]) -> str:
        """Of the number in this row, or of the total where there is no row; "" if it has none."""
        if row is None and self.fields:
            return ""
        params = dict(self.params)
        for parameter, name in self.fields.items():
            if getattr(row, name) is None:
                return ""
            params[parameter] = getattr(row, name)
        if self.dates:
            params[f"{self.dates}_from"] = period.start.isoformat()
            params[f"{self.dates}_to"] = period.last.isoformat()
        params |= {name: filters[name] for name in self.filters if name in filters}
        return f"{self.page()}?{urlencode(params)}" if params else self.page()

    def page(self) -> str:
        return reverse(f"admin:{self.model.replace('.', '_')}_changelist")


@dataclass(frozen=True)
class ObjectLink:
    """To the page of the object whose key is in this field of the row."""

    model: str
    key: str

    def address(self, row: Any, period: Period, filters: Mapping[str, Any]) -> str:
        if row is None or getattr(row, self.key) is None:
            return ""
        name = f"admin:{self.model.replace('.', '_')}_change"
        return reverse(name, args=[getattr(row, self.key)])


Link = ListLink | ObjectLink
