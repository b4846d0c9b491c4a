"""What the address of a list asks for: filters, search, order, and the place in it.

Only what the list declares is read. Everything else in an address written by hand is named in a
notice and left out, so no lookup, column or table can be reached through it.
"""

import re
from datetime import date, timedelta
from functools import cached_property
from urllib.parse import urlencode

from django.contrib.admin.options import IS_POPUP_VAR, TO_FIELD_VAR
from django.contrib.admin.views.main import ERROR_FLAG

from apps.backoffice import keyset
from apps.backoffice.filters import DateRangeFilter, InvalidFilter, start_of
from apps.backoffice.keyset import InvalidCursor, Order, Position

LONGEST = 200
"""Characters of a search; nobody types more, and a parser should not have to read it."""
PLACES = ("after", "before", "at", "jump")
"""Parameters that name a place in the list; a change of filter or order begins anew."""
OURS = {"q", "o", "trash", "prefix", *PLACES}
DJANGOS = {"_changelist_filters", ERROR_FLAG, IS_POPUP_VAR, TO_FIELD_VAR}


class ListAddress:
    """`params` as far as the list knows them, `values` of its filters, `query`, `order`.

    `notices` are sentences for the reader about what was left out.
    """

    def __init__(self, request, model_admin):
        self.request, self.model_admin = request, model_admin
        self.model = model_admin.model
        self.opts = self.model._meta
        self.notices: list[str] = []
        self.params = self._clean_params(request)
        self.in_trash = self._asks_for_trash()
        self.query = self.params.get("q", "").strip()
        self.values = self._read_filters()
        self.order = self._read_order()

    def _clean_params(self, request) -> dict[str, str]:
        """The parameters this list knows, with text that a database can take."""
        ours = OURS.union(*(filter_.parameters for filter_ in self.model_admin.filters))
        params, unknown = {}, []
        for name, value in request.GET.items():
            if name in DJANGOS:
                continue
            if name not in ours:
                unknown.append(name)
            elif re.search("[\x00\ud800-\udfff]", value):
                self.notices.append("Part of the address could not be read and was left out.")
            elif len(value) > (LONGEST if name == "q" else 1_000):
                self.notices.append(f"“{name}” is too long; at most {LONGEST} characters.")
            elif value:
                params[name] = value
        if unknown:
            names = ", ".join(f"“{name[:40]}”" for name in unknown[:3])
            self.notices.append(f"This list has no filter {names}; it was left out.")
        return params

    def _asks_for_trash(self) -> bool:
        if "trash" not in self.params:
            return False
        return self.model_admin.has_trash and self.model_admin.has_delete_permission(self.request)

    def _read_filters(self) -> dict[str, object]:
        """Filter name → value, of those set; in the trash there is no other filter."""
        values = {}
        for filter_ in self.model_admin.filters:
            try:
                value = filter_.read(self.params, self.model_admin)
            except InvalidFilter as error:
                self.notices.append(str(error))
                for parameter in filter_.parameters:
                    self.params.pop(parameter, None)
                continue
            if value is not None:
                values[filter_.name] = value
        if self.in_trash and (values or self.query):
            self.notices.append("The trash is shown without filters and search.")
            self.query, values = "", {}
        return values

    @cached_property
    def filters(self) -> dict[str, object]:
        return {filter_.name: filter_ for filter_ in self.model_admin.filters}

    @cached_property
    def served(self) -> tuple[str, ...]:
        """The filters set that one index serves together, the widest combination declared."""
        best = ()
        for names in self.model_admin.orders_by_filters:
            if len(names) > len(best) and self._are_set(names):
                best = names
        # "kind=page" is the filter "kind" with an index of its own.
        return tuple(name.split("=")[0] for name in best)

    def _are_set(self, names: tuple[str, ...]) -> bool:
        for name in names:
            plain = name.split("=")[0]
            if plain not in self.values:
                return False
            if "=" in name and self.filters[plain].order_key(self.values[plain]) != name:
                return False
        return True

    @cached_property
    def orders(self) -> dict[str, Order]:
        """The orders offered here, by their key; the first is the default."""
        declared = self.model_admin.orders_by_filters
        if self.in_trash:
            return declared[("trash",)]
        fitting = [names for names in declared if len(names) == len(self.served)]
        # An order of this very value, as of published posts, comes before those of any value.
        fitting.sort(key=lambda names: not any("=" in name for name in names))
        offered = {}
        for names in fitting:
            if self._are_set(names):
                offered = {**offered, **declared[names], **offered}
        return offered

    def _read_order(self) -> Order:
        key = self.params.get("o", "")
        default = next(iter(self.orders.values()))
        if not key or key in self.orders:
            return self.orders.get(key, default)
        self.params.pop("o")
        everywhere = {
            key for orders in self.model_admin.orders_by_filters.values() for key in orders
        }
        reason = "with these filters" if key in everywhere else "at all"
        self.notices.append(
            f"The list cannot be sorted by “{key.lstrip('-')[:40]}” {reason}; "
            f"it is shown by {self._label(default)}."
        )
        return default

    def _label(self, order: Order) -> str:
        if order.column in ("id", "pk"):
            return "number"
        return str(self.opts.get_field(order.column).verbose_name)

    def ranges_over_order(self, name: str) -> bool:
        """A range of the very column the list is sorted by narrows the same index."""
        return isinstance(self.filters[name], DateRangeFilter) and name == self.order.column

    def position(self, order: Order) -> Position:
        params = self.params
        if params.get("at") == "end":
            return Position(backwards=True)
        if "jump" in params:
            return self._jump(order)
        for name in ("after", "before"):
            if name in params:
                try:
                    place = keyset.decode(params[name], order, self.model)
                except InvalidCursor:
                    self.notices.append(
                        "The address names a page that cannot be read; this is the first."
                    )
                    return Position()
                return Position(*place, backwards=name == "before")
        return Position()

    def _jump(self, order: Order) -> Position:
        """The page that begins with a day: its end where the newest come first."""
        try:
            day = date.fromisoformat(self.params["jump"])
            day = day + timedelta(days=1) if order.descending else day
            start = start_of(day)
        except (ValueError, OverflowError):
            self.notices.append("Write the day to jump to as 2026-11-18.")
            return Position()
        if not order.is_by_date(self.model):
            return Position()
        # Just before the day's first row (ascending), or just behind its last.
        return Position(start, 0)

    @cached_property
    def address_params(self) -> dict[str, str]:
        """What every link of the list keeps: filters, search, order."""
        kept = {
            name: value
            for name, value in self.params.items()
            if name not in PLACES and name != "prefix"
        }
        if not self.in_trash:
            kept.pop("trash", None)
        return kept

    def link(self, **changes: str | None) -> str:
        """This list's address with parameters changed (None removes one), from its first page."""
        params = {**self.address_params, **changes}
        return "?" + urlencode({key: value for key, value in params.items() if value is not None})
