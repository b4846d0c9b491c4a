"""The rows that a list's address asks for, and what lies around them."""

import re
from datetime import timedelta
from functools import cached_property

from django.db import connections
from django.db.models import QuerySet

from apps.backoffice import keyset
from apps.backoffice.filters import start_of
from apps.backoffice.keyset import Order, Page, Position
from apps.backoffice.list_address import ListAddress
from apps.backoffice.rows import shown_value
from apps.backoffice.search import PrefixSearch, TextSearch

ID = re.compile(r"id:\s*([0-9]{1,18})\Z", re.IGNORECASE)


class ListPage(ListAddress):
    """`page` is found when the list is made; a page costs one statement, a search a few.

    `complete`: the page holds all there is. `prefix`: the search took its last word as begun.
    """

    def __init__(self, request, model_admin):
        super().__init__(request, model_admin)
        self.complete = self.prefix = False
        self.page = self._find_page()

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

    def matching(self) -> QuerySet:
        """Every row of the list, those of its search too, in no order; for downloads."""
        queryset, search = self.get_queryset(), self.model_admin.search
        if not self.query or search is None or ID.match(self.query):
            return queryset
        if isinstance(search, PrefixSearch):
            return search.narrow(queryset, self.query)[0]
        return search.matching(queryset, self.query, prefix=self.prefix)

    def _filtered(self, names) -> QuerySet:
        queryset = self.root
        for name in names:
            queryset = self.filters[name].apply(queryset, self.values[name])
        return queryset

    def _find_page(self) -> Page:
        size = self.model_admin.list_per_page
        if match := ID.match(self.query):
            return self._page_of(self._filtered(self.values).filter(pk=int(match[1])), Position())
        search = self.model_admin.search
        if self.query and isinstance(search, TextSearch):
            if connections[self.root.db].vendor == "postgresql":
                return self._search_page(search, size)
            self.order = self._date_order()
            found = search.contains(self._filtered(self.values), self.query)
            return self._page_of(found, self.position(self.order))
        queryset = self._filtered(self.served)
        if self.query and isinstance(search, PrefixSearch):
            queryset, self.order = search.narrow(self.root, self.query)
            self.served = ()
        position = self.position(self.order)
        rest = [name for name in self.values if name not in self.served]
        rest = [name for name in rest if not self.ranges_over_order(name)]
        if not rest:
            return self._page_of(self._filtered_further(queryset, self.values), position)
        return self._walked_page(queryset, position)

    def _date_order(self) -> Order:
        return Order("-created_at")

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
                f"{self.opts.verbose_name_plural} from here to {shown_value(page.stopped_at)} "
                "match all filters. Go on to see more."
            )
        return page

    def _search_page(self, search: TextSearch, size: int) -> Page:
        self.order = self._date_order()
        between = (None, None)
        names = []
        for name, value in self.values.items():
            if self.ranges_over_order(name):
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
            self.position(self.order),
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
        return self.model_admin.get_columns(self.request, self.order)

    @cached_property
    def fields(self) -> list[str]:
        names = [name for column in self.columns for name in column.fields]
        return [*names, *self.model_admin.also_read]


def _falls_short(page: Page, position: Position, size: int) -> bool:
    """Going back came to the front with fewer rows than a page: the first page is wanted, whole."""
    came_to_front = position.backwards and not position.is_end and page.previous is None
    return came_to_front and len(page.rows) < size
