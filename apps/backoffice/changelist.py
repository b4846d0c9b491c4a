"""A list of any size: what its address asks for, the page that answers it, and the links around.

Design: keyset pages (keyset.py), filters that an index serves or a bounded walk applies
(filters.py), orders declared per filter, capped counts (counts.py), search (search.py), rows as
one string (rows.py). No OFFSET, no count of a whole table, no lookup written by hand.
"""

import re
from datetime import date, datetime, timedelta
from functools import cached_property
from urllib.parse import urlencode

from django.contrib.admin.options import IS_POPUP_VAR, TO_FIELD_VAR
from django.contrib.admin.views.main import ERROR_FLAG
from django.db import connections
from django.db.models import QuerySet

from apps.backoffice import counts, keyset
from apps.backoffice.filters import DateRangeFilter, InvalidFilter, start_of
from apps.backoffice.keyset import InvalidCursor, Order, Page, Position
from apps.backoffice.rows import render_rows, short_time
from apps.backoffice.search import PrefixSearch, TextSearch

ID = re.compile(r"id:\s*([0-9]{1,18})\Z", re.IGNORECASE)
LONGEST = 200
"""Characters of a search; nobody types more, and a parser should not have to read it."""
PLACES = ("after", "before", "at", "jump")
"""Parameters that name a place in the list; a change of filter or order begins anew."""
OURS = {"q", "o", "trash", "prefix", *PLACES}
DJANGOS = {"_changelist_filters", ERROR_FLAG, IS_POPUP_VAR, TO_FIELD_VAR}


class ChangeList:
    """One request's list. Templates read it by the names below; nothing here renders but rows."""

    def __init__(self, request, model_admin):
        self.model_admin = model_admin
        self.model = model_admin.model
        self.opts = self.model._meta
        self.request = request
        self.notices: list[str] = []
        self.complete = False
        self.params = self._clean_params(request)
        self.in_trash = self._asks_for_trash()
        self.query = self.params.get("q", "").strip()
        self.values = self._read_filters()
        self.order = self._read_order()
        self.prefix = False
        self.page = self._read_page()

    # What the address asks for

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
        offered = {}
        for names, orders in declared.items():
            if len(names) == len(self.served) and self._are_set(names):
                offered.update(orders)
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

    # The rows

    @cached_property
    def root(self) -> QuerySet:
        queryset = self.model_admin.get_queryset(self.request)
        if not self.model_admin.has_trash:
            return queryset
        return queryset.filter(deleted_at__isnull=not self.in_trash)

    def get_queryset(self, request=None) -> QuerySet:
        """Every row that the filters and the search let through, in no order; for actions."""
        queryset = self._filtered(self.values)
        if match := ID.match(self.query):
            return queryset.filter(pk=int(match[1]))
        return queryset

    def _filtered(self, names) -> QuerySet:
        queryset = self.root
        for name in names:
            queryset = self.filters[name].apply(queryset, self.values[name])
        return queryset

    def _read_position(self, order: Order) -> Position:
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

    def _read_page(self) -> Page:
        size = self.model_admin.list_per_page
        if match := ID.match(self.query):
            return self._page_of(self._filtered(self.values).filter(pk=int(match[1])), Position())
        search = self.model_admin.search
        if self.query and isinstance(search, TextSearch):
            if connections[self.root.db].vendor == "postgresql":
                return self._search_page(search, size)
            self.order = self._date_order()
            found = search.contains(self._filtered(self.values), self.query)
            return self._page_of(found, self._read_position(self.order))
        queryset = self._filtered(self.served)
        if self.query and isinstance(search, PrefixSearch):
            queryset, self.order = search.narrow(self.root, self.query)
            self.served = ()
        position = self._read_position(self.order)
        rest = [name for name in self.values if name not in self.served]
        rest = [name for name in rest if not self._ranges_over_order(name)]
        if not rest:
            return self._page_of(self._filtered_further(queryset, self.values), position)
        return self._walked_page(queryset, position)

    def _date_order(self) -> Order:
        return Order("-created_at")

    def _ranges_over_order(self, name: str) -> bool:
        """A range of the very column the list is sorted by narrows the same index."""
        return isinstance(self.filters[name], DateRangeFilter) and name == self.order.column

    def _filtered_further(self, queryset: QuerySet, names) -> QuerySet:
        for name in names:
            if name not in self.served:
                queryset = self.filters[name].apply(queryset, self.values[name])
        return queryset

    def _page_of(self, queryset: QuerySet, position: Position, stop: tuple | None = None) -> Page:
        """The page of a queryset: keys first, by the index alone; what they show joined to them."""
        size = self.model_admin.list_per_page
        order = self.order
        keys = keyset.slice_of(queryset, order, position, size + 1).values("pk")
        rows = (
            self.model._base_manager.using(queryset.db)
            .filter(pk__in=keys)
            .order_by(*order.order_by(position.backwards))
            .annotate(_sort=order.by)
            .values_list("pk", "_sort", *self.fields)
        )
        page = keyset.around(list(rows), position, size, stop)
        if _falls_short(page, position, size):
            return self._page_of(queryset, Position())
        self.complete = position.is_end and not page.next and not page.previous
        return page

    def _walked_page(self, queryset: QuerySet, position: Position) -> Page:
        """A page of filters that no index serves together, from a bounded walk of one that is."""
        stop = keyset.walk_end(queryset, self.order, position)
        queryset = self._filtered_further(queryset, self.values)
        if stop is None:
            return self._page_of(queryset, position)
        towards_smaller = self.order.descending != position.backwards
        queryset = keyset.beyond(queryset, self.order, *stop, ">=" if towards_smaller else "<=")
        page = self._page_of(queryset, position, stop)
        if page.stopped:
            self.notices.append(
                f"{len(page.rows) or 'None'} of the {keyset.WALK_ROWS:,} "
                f"{self.opts.verbose_name_plural} from here to {_show(page.stopped_at)} "
                "match all filters. Go on to see more."
            )
        return page

    def _search_page(self, search: TextSearch, size: int) -> Page:
        self.order = self._date_order()
        between = (None, None)
        names = []
        for name, value in self.values.items():
            if self._ranges_over_order(name):
                first, last = value
                between = (
                    first and start_of(first),
                    last and start_of(last + timedelta(days=1)),
                )
            else:
                names.append(name)
        found = search.page(
            self._filtered(names),
            self.query,
            self._read_position(self.order),
            size,
            filters={name: self.values[name] for name in names},
            between=between,
            prefix="prefix" in self.params,
        )
        self.notices += found.notices
        self.prefix, self.complete = found.prefix, found.complete and not found.page.previous
        shown = {
            row[0]: row
            for row in self.model._base_manager.using(self.root.db)
            .filter(pk__in=[row[0] for row in found.page.rows])
            .annotate(_sort=self.order.by)
            .values_list("pk", "_sort", *self.fields)
        }
        found.page.rows = [shown[pk] for pk, _ in found.page.rows if pk in shown]
        return found.page

    @cached_property
    def columns(self):
        return self.model_admin.get_columns(self.request)

    @cached_property
    def fields(self) -> list[str]:
        return [name for column in self.columns for name in column.fields]

    # What the template shows

    @property
    def has_rows(self) -> bool:
        return bool(self.page.rows)

    @property
    def result_count(self) -> int:
        return len(self.page.rows)

    @cached_property
    def rows(self):
        """The table's `<tr>`s."""
        return render_rows(
            self.columns,
            [(row[0], *row[2:]) for row in self.page.rows],
            address=self.model_admin.row_address(self),
            selectable=self.selectable,
        )

    @cached_property
    def selectable(self) -> bool:
        return bool(self.model_admin.get_actions(self.request))

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

    @property
    def headers(self) -> list[dict]:
        """label, css, link (None where not sortable), sorted: ascending, descending or None."""
        by_column = {}
        if not (self.query and self.model_admin.search):
            for key, order in self.orders.items():
                by_column.setdefault(order.column, []).append(key)
        return [self._header(column, by_column.get(column.name, [])) for column in self.columns]

    def _header(self, column, keys: list[str]) -> dict:
        is_sorted = column.name == self.order.column
        if is_sorted:
            # The other direction, where there is one.
            keys = [key for key in keys if key != self.order.key] or [self.order.key]
        return {
            "name": column.name,
            "label": column.heading(self.model),
            "css": f"column-{column.name} {column.css}".rstrip(),
            "link": self.link(o=keys[0]) if keys else None,
            "sorted": ("descending" if self.order.descending else "ascending")
            if is_sorted
            else None,
        }

    @property
    def filter_blocks(self) -> list[dict]:
        """Per filter: name, title, kind (choices, related, range), value, and its options.

        Options of choices are (link, label, chosen); related ones have `text`, the name of the
        object chosen, and `source`, what the autocomplete asks for; ranges have `first`, `last`.
        """
        blocks = [self._filter_block(filter_) for filter_ in self.model_admin.filters]
        if self.model_admin.has_trash and self.model_admin.has_delete_permission(self.request):
            options = [("?", "No", not self.in_trash), ("?trash=1", "Yes", self.in_trash)]
            trash = {"name": "trash", "title": "trash", "kind": "choices", "options": options}
            blocks.append({**trash, "value": self.in_trash or None})
        return blocks

    def _filter_block(self, filter_) -> dict:
        value = self.values.get(filter_.name)
        block = {
            "name": filter_.name,
            "title": filter_.title,
            "kind": filter_.kind,
            "value": value,
            "parameters": filter_.parameters,
        }
        if filter_.kind == "choices":
            block["options"] = [
                (self.link(**{filter_.name: key or None}), label, chosen)
                for key, label, chosen in filter_.options(value)
            ]
        elif filter_.kind == "related":
            field = self.opts.get_field(filter_.name)
            block["placeholder"] = filter_.placeholder
            block["text"] = self._words[filter_.name] if value is not None else ""
            block["source"] = {
                "app_label": self.opts.app_label,
                "model_name": self.opts.model_name,
                "field_name": field.name,
            }
        else:
            block["first"], block["last"] = (
                (day.isoformat() if day else "") for day in value or (None, None)
            )
        return block

    @cached_property
    def typed_parameters(self) -> set[str]:
        """Of the filters that are typed, not clicked; their form sends them itself."""
        typed = (one for one in self.model_admin.filters if one.kind != "choices")
        return {parameter for filter_ in typed for parameter in filter_.parameters}

    @property
    def has_related_filters(self) -> bool:
        return any(one.kind == "related" for one in self.model_admin.filters)

    @cached_property
    def _words(self) -> dict[str, str]:
        """Filter name → its value as people read it; one query for each related object."""
        return {
            name: self.filters[name].in_words(value, self.model)
            for name, value in self.values.items()
        }

    @cached_property
    def chips(self) -> list[dict]:
        """The filters set: label, value, and the link that removes each."""
        chips = []
        for name, words in self._words.items():
            filter_ = self.filters[name]
            without = self.link(**dict.fromkeys(filter_.parameters))
            chips.append({"label": filter_.title.capitalize(), "value": words, "remove": without})
        if self.query:
            chips.append({"label": "Search", "value": self.query, "remove": self.link(q=None)})
        if self.in_trash:
            chips.append({"label": "Trash", "value": "yes", "remove": self.link(trash=None)})
        return chips

    @property
    def clear_link(self) -> str:
        return "?"

    @property
    def hidden_fields(self) -> list[tuple[str, str]]:
        """What the search, jump and filter forms carry along."""
        return list(self.address_params.items())

    @property
    def pages(self) -> dict[str, str | None]:
        """first, previous, next, last: links, or None where there is nothing further."""
        page, extra = self.page, {"prefix": "1"} if self.prefix else {}
        return {
            "first": self.link() if page.previous else None,
            "previous": self._place(page.previous, extra),
            "next": self._place(page.next, extra),
            "last": self.link(at="end", **extra) if page.next else None,
        }

    def _place(self, position: Position | None, extra: dict) -> str | None:
        if position is None:
            return None
        name = "before" if position.backwards else "after"
        return self.link(**{name: keyset.encode(position.value, position.pk)}, **extra)

    @property
    def range_text(self) -> str:
        """What the page spans, in the list's own order: 18 Nov, 16:41 – 18 Nov, 07:31."""
        if not self.page.rows:
            return ""
        first, last = _show(self.page.rows[0][1]), _show(self.page.rows[-1][1])
        if self.order.is_by_date(self.model):
            way = "newest first" if self.order.descending else "oldest first"
        else:
            way = f"by {self._label(self.order)}" + (", reversed" if self.order.descending else "")
        return f"{first} – {last}, {way}" if first != last else f"{first}, {way}"

    @property
    def jump(self) -> str | None:
        """The day jumped to; None where the list is not by date."""
        if not self.order.is_by_date(self.model):
            return None
        return self.params.get("jump", "")

    @cached_property
    def count_text(self) -> str:
        """How many match, of how many; see counts.py for what is exact."""
        total = self._total_text
        if not (self.values or self.query):
            return total
        return f"{self._match_text} match, of {total}" if total else f"{self._match_text} match"

    @property
    def _match_text(self) -> str:
        if self.complete:
            return f"{len(self.page.rows):,}"
        unserved = set(self.values) - set(self.served)
        if self.query or any(not self._ranges_over_order(name) for name in unserved):
            return self._seen_text
        queryset = self._filtered(self.values).order_by(*self.order.order_by())
        key = (self.model, self.in_trash, *sorted((k, str(v)) for k, v in self.values.items()))
        return _capped_text(counts.kept(key, lambda: counts.capped(queryset)))

    @property
    def _seen_text(self) -> str:
        """Of what is found by looking, only what was looked at is known."""
        if not self.page.rows:
            return "None so far"
        return f"More than {len(self.page.rows):,}" if self.page.next else "Some"

    @property
    def _total_text(self) -> str:
        """The live rows of the table; the trash has no part in it but in the estimate."""
        queryset = self.root.order_by(*self.order.order_by())
        rows = counts.kept((self.model, self.in_trash), lambda: counts.capped(queryset))
        if rows > counts.EXACT and not self.in_trash:
            estimate = counts.kept((self.model, "about"), lambda: counts.about(queryset) or 0)
            if estimate > counts.EXACT:
                return counts.in_words(estimate)
        return _capped_text(rows)


def _falls_short(page: Page, position: Position, size: int) -> bool:
    """Going back came to the front with fewer rows than a page: the first page is wanted, whole."""
    came_to_front = position.backwards and not position.is_end and page.previous is None
    return came_to_front and len(page.rows) < size


def _capped_text(rows: int) -> str:
    return f"{rows:,}" if rows <= counts.EXACT else f"more than {counts.EXACT:,}"


def _show(value: object) -> str:
    if isinstance(value, datetime):
        return short_time(value)
    return str(value)[:30]
