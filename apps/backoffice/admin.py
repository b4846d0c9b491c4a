"""The base of every ModelAdmin: a list of any size, the trash, and no LogEntry."""

from collections.abc import Callable, Sequence
from functools import cached_property

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode

from apps.backoffice import counts, lazy_loads, list_export
from apps.backoffice.changelist import ChangeList, selected_keys
from apps.backoffice.checks import ListChecks
from apps.backoffice.exports import Sent
from apps.backoffice.filters import Filter
from apps.backoffice.keyset import Order
from apps.backoffice.panels import WithPanels
from apps.backoffice.rows import Column
from apps.backoffice.search import PrefixSearch, TextSearch
from apps.backoffice.widgets import WithWidgets

MAY_DOWNLOAD = "reports.download_report"


class ModelAdmin(WithPanels, WithWidgets, admin.ModelAdmin):
    """Declare `columns`, `filters`, `orders` and `search`; docs/lists.md has the whole of it.

    `orders` maps the filters that are set (`""` for none, `"author+status"`, `"status=published"`)
    to the orders that an index serves there; the first is the default, and the check
    `backoffice.E001` compares them with the model's indexes.
    """

    columns: Sequence[Column] = ()
    filters: Sequence[Filter] = ()
    orders: dict[str, Sequence[str | Order]] = {"": ["-pk"]}
    search: PrefixSearch | TextSearch | None = None
    # Of the list's download; without any there is none. What needs a right is left out for who
    # has it not.
    export_fields: Sequence[str] = ()
    export_needs: dict[str, str] = {}
    # Columns that the list reads beside those it shows.
    also_read: Sequence[str] = ()
    list_per_page = 100
    actions_on_bottom = False
    checks_class = ListChecks

    def __init__(self, model, admin_site):
        super().__init__(model, admin_site)
        self.list_display = [column.name for column in self.columns] or ("__str__",)
        if self.search:
            # Django's check of autocomplete_fields wants to see some.
            self.search_fields = self.get_search_fields(None)

    @cached_property
    def has_trash(self) -> bool:
        return any(field.name == "deleted_at" for field in self.opts.fields)

    @cached_property
    def orders_by_filters(self) -> dict[tuple[str, ...], dict[str, Order]]:
        """`orders` taken apart: names of filters → key of an order → the order."""
        parsed = {}
        for key, orders in self.orders.items():
            names = tuple(key.split("+")) if key else ()
            made = [order if isinstance(order, Order) else Order(order) for order in orders]
            parsed[names] = {order.key: order for order in made}
        return parsed

    # The list

    def get_columns(self, request, order: Order) -> Sequence[Column]:
        """The columns of a list that is shown in this order."""
        return self.columns

    def get_changelist_instance(self, request):
        return ChangeList(request, self)

    def row_address(self, changelist: ChangeList) -> str:
        """Where a row leads, with `{}` for its key; it carries the list's address back along."""
        here = changelist.request.GET.urlencode()
        back = f"?{urlencode({'_changelist_filters': here})}" if here else ""
        return "{}/change/" + back

    def _url_name(self, page: str) -> str:
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}"

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        changelist = self.get_changelist_instance(request)
        if request.method == "POST":
            return self._act(request, changelist)
        context = {
            **self.admin_site.each_context(request),
            "title": str(self.opts.verbose_name_plural).capitalize(),
            "cl": changelist,
            "opts": self.opts,
            "media": self.media,
            "has_add_permission": self.has_add_permission(request),
            "actions": self._action_buttons(request, changelist),
            "may_export": self.may_export(request),
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        # Read before the page renders; from then on a query is a lazy load.
        context["search_help"] = self.search.help if self.search else ""
        _ = changelist.rows, changelist.count_text, changelist.chips
        response = ListResponse(request, self._list_templates(), context)
        response.what = f"The list of {self.opts.verbose_name_plural}"
        return response

    def may_export(self, request) -> bool:
        """A right of its own: a list on the screen is a page, its download is the table."""
        return bool(self.export_fields) and request.user.has_perm(MAY_DOWNLOAD)

    def export_view(self, request):
        """All rows that the list's address asks for, as CSV."""
        if not (self.has_view_or_change_permission(request) and self.may_export(request)):
            raise PermissionDenied
        changelist = self.get_changelist_instance(request)
        fields = [
            name
            for name in self.export_fields
            if request.user.has_perms(
                [self.export_needs[name]] if name in self.export_needs else []
            )
        ]
        plural = str(self.opts.verbose_name_plural)
        sent = Sent(request, plural.replace(" ", "-"), plural.capitalize(), "csv")
        return sent.streamed(list_export.lines(changelist.matching(), fields))

    def _list_templates(self) -> list[str]:
        return self.change_list_template or [
            f"admin/{self.opts.app_label}/{self.opts.model_name}/change_list.html",
            "admin/change_list.html",
        ]

    def _action_buttons(self, request, changelist) -> list[dict]:
        """name, label and whether it is dangerous, of the actions this person may run here."""
        return [
            {"name": name, "label": label, "danger": name in ("move_to_trash", "delete_selected")}
            for name, label in self._actions_here(request, changelist)
        ]

    def _actions_here(self, request, changelist) -> list[tuple[str, str]]:
        """In the trash only what brings back; elsewhere everything else."""
        actions = self.get_actions(request)
        return [
            (name, str(label) % {"verbose_name_plural": self.opts.verbose_name_plural})
            for name, (_, _, label) in actions.items()
            if (name == "restore") == changelist.in_trash
        ]

    def _act(self, request, changelist):
        """Run the action whose button was pressed on the rows selected, then show the list."""
        allowed = dict(self._actions_here(request, changelist))
        name = request.POST.get("action", "")
        selected = selected_keys(request)
        if name not in allowed:
            self.message_user(request, "Choose what to do first.", messages.WARNING)
        elif not selected:
            self.message_user(request, "Select some rows first.", messages.WARNING)
        elif len(selected) > self.list_per_page:
            self.message_user(
                request, f"Select at most {self.list_per_page} rows.", messages.WARNING
            )
        else:
            action, _, _ = self.get_actions(request)[name]
            rows = changelist.get_queryset(request).filter(pk__in=selected)
            response = self.run_action(request, action, rows)
            counts.forget(self.model)
            if response:
                return response
        return HttpResponseRedirect(request.get_full_path())

    def run_action(self, request, action: Callable, rows: QuerySet):
        """The rows that were selected; the answer, if it is not the list."""
        return action(self, request, rows)

    def get_actions(self, request):
        """Without Django's delete_selected: it collects all that goes with the rows, one by one."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    # Who changed something sees it counted at once; others within the minute that counts are kept

    def changeform_view(self, request, *args, **kwargs):
        response = super().changeform_view(request, *args, **kwargs)
        if request.method == "POST":
            counts.forget(self.model)
        return response

    def delete_view(self, request, *args, **kwargs):
        response = super().delete_view(request, *args, **kwargs)
        if request.method == "POST":
            counts.forget(self.model)
        return response

    # The trash

    def get_urls(self):
        export = path(
            "export/",
            self.admin_site.admin_view(self.export_view),
            name=f"{self.opts.app_label}_{self.opts.model_name}_export",
        )
        restore = path(
            "<path:object_id>/restore/",
            self.admin_site.admin_view(self.restore_view),
            name=f"{self.opts.app_label}_{self.opts.model_name}_restore",
        )
        own = [export] * bool(self.export_fields) + [restore] * self.has_trash
        return [*own, *super().get_urls()]

    def goes_with(self, obj: Model) -> list[str]:
        """What else is out of sight with this object, in words, at a cost that does not grow."""
        return []

    def kept_by(self, obj: Model) -> list[str]:
        """Why this object cannot go, in words; empty where it can."""
        return []

    def move_to_trash(self, request, obj: Model) -> None:
        """Delete as this model does; called in the transaction of the page."""
        raise NotImplementedError

    def restore(self, request, obj: Model) -> None:
        raise NotImplementedError

    def get_deleted_objects(self, objs, request):
        """Django's hook for the delete page, whose collector would load every related row."""
        return self.goes_with(objs[0]), {}, set(), self.kept_by(objs[0])

    def delete_model(self, request, obj):
        self.move_to_trash(request, obj)

    def restore_view(self, request, object_id):
        """Take an object out of the trash, by POST alone."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        if not self.has_delete_permission(request, obj):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        with transaction.atomic():
            self.restore(request, obj)
        counts.forget(self.model)
        self.message_user(request, f"“{obj}” is back from the trash.", messages.SUCCESS)
        return HttpResponseRedirect(reverse(self._url_name("change"), args=[obj.pk]))

    # Finding one by typing

    def get_search_fields(self, request):
        """What Django's autocomplete asks for before it serves a model."""
        return ("name",) if self.search else ()

    def complete(self, queryset: QuerySet, term: str, limit: int) -> list[Model]:
        """The objects a field offers for what was typed, at most `limit`; [] for unusable text."""
        term = term.strip()[:200]
        if "\x00" in term or self.search is None:
            return []
        if self.has_trash:
            queryset = queryset.filter(deleted_at__isnull=True)
        return self.search.complete(queryset, term, limit) if term else []

    # No LogEntry: history has one source of its own

    def log_addition(self, request, obj, message):
        return None

    def log_change(self, request, obj, message):
        return None

    def log_deletions(self, request, queryset):
        return None


class ListResponse(TemplateResponse):
    """A page that has read all it shows: its rendering may not query."""

    what = "The page"

    @property
    def rendered_content(self):
        with lazy_loads.forbidden(self.what):
            return super().rendered_content
