"""Checks of what lists declare: each order of each combination of filters has its index."""

from django.contrib.admin.checks import ModelAdminChecks
from django.core import checks
from django.core.exceptions import FieldError
from django.db.models import F, Model, Q


class ListChecks(ModelAdminChecks):
    """Django's checks of a ModelAdmin, and ours of its list (docs/lists.md)."""

    def check(self, admin_obj, **kwargs):
        return [
            *super().check(admin_obj, **kwargs),
            *self._check_orders(admin_obj),
            *self._check_columns(admin_obj),
        ]

    def _check_list_display(self, obj):
        """Columns are not list_display: `_check_columns` knows what they read."""
        return []

    def _check_orders(self, obj) -> list[checks.CheckMessage]:
        found = []
        filters = {filter_.name for filter_ in obj.filters} | {"trash"}
        for names, orders in obj.orders_by_filters.items():
            plain = [name.split("=")[0] for name in names]
            if unknown := set(plain) - filters:
                found.append(
                    checks.Error(
                        f"orders names filters that the list does not have: {sorted(unknown)}.",
                        obj=type(obj),
                        id="backoffice.E003",
                    )
                )
                continue
            where = f"with the filters {' and '.join(names)}" if names else "of the whole list"
            found += [
                checks.Error(
                    f"No index of {obj.model.__name__} serves the order {order.key!r} {where}.",
                    hint=f"It should begin with {_wanted(plain, order)}.",
                    obj=type(obj),
                    id="backoffice.E001",
                )
                for order in orders.values()
                if not order.index and not _is_served(obj.model, names, order)
            ]
        return found

    def _check_columns(self, obj) -> list[checks.CheckMessage]:
        found = []
        for column in obj.columns:
            try:
                obj.model._base_manager.values_list(*column.fields)
            except FieldError as error:
                found.append(
                    checks.Error(
                        f"The column {column.name!r} reads what is not there: {error}",
                        obj=type(obj),
                        id="backoffice.E002",
                    )
                )
        return found


def _wanted(filters: list[str], order) -> list[str]:
    """The columns of the index an order needs: the filters', the order's, the key."""
    columns = [] if filters == ["trash"] else list(filters)
    return [*columns, *([] if order.column in ("id", "pk") else [order.column]), "id"]


def _is_served(model: type[Model], names: tuple[str, ...], order) -> bool:
    """Whether an index holds these columns in this order, for all rows that are shown.

    It is read in either direction, so one index serves both of an order.
    """
    filters = [name.split("=")[0] for name in names]
    wanted = [model._meta.pk.name if name == "id" else name for name in _wanted(filters, order)]
    if wanted == [model._meta.pk.name]:
        return True
    return any(
        _has_columns(index, filters, wanted, order) and _covers(index, names)
        for index in model._meta.indexes
    )


def _has_columns(index, filters: list[str], wanted: list[str], order) -> bool:
    if order.expression is not None:
        return not filters and index.expressions == (order.expression, F(wanted[-1]))
    columns = [name.lstrip("-") for name in index.fields]
    at = len(wanted) - (1 if order.column in ("id", "pk") else 2)
    return sorted(columns[:at]) == sorted(wanted[:at]) and columns[at:] == wanted[at:]


def _covers(index, names: tuple[str, ...]) -> bool:
    """Whether the rows a partial index leaves out are left out by the list too."""
    if names == ("trash",):
        return index.condition == ~Q(deleted_at__isnull=True)
    shown = {("deleted_at__isnull", True), *(tuple(name.split("=")) for name in names)}
    condition = index.condition or Q()
    return not condition.negated and set(condition.children) <= shown
