"""The admin site: our home page, and a sidebar that is rendered once per set of permissions.

An app says in its AppConfig where its section stands and in which order its models come:

    sidebar_position = 20                     # sections in ascending order
    sidebar_models = ["post", "comment"]      # "auth.group" takes another app's model in

Pages that are no model's come from `sidebar.py`.
"""

from collections import OrderedDict
from collections.abc import Iterator
from threading import Lock

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.forms import AdminPasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString

from . import panels, sidebar
from .autocomplete import AutocompleteView

# Sets of permissions are few, pages of theirs a dozen each; the bound is against surprises.
SIDEBARS_KEPT = 512


class AdminSite(admin.AdminSite):
    site_title = site_header = "Copydesk"
    site_url = None
    index_title = "Home"
    password_change_form = AdminPasswordChangeForm

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._sidebars = BoundedCache(SIDEBARS_KEPT)

    def each_context(self, request: HttpRequest) -> dict:
        """Django's, without its log entries; the list of apps is made only where it is read."""
        has_permission = self.has_permission(request)
        return {
            "site_title": self.site_title,
            "site_header": self.site_header,
            "site_url": self.site_url,
            "has_permission": has_permission,
            "available_apps": SimpleLazyObject(lambda: self.get_app_list(request)),
            "is_popup": False,
            "is_nav_sidebar_enabled": has_permission,
            "sidebar": self.sidebar(request) if has_permission else "",
        }

    def sidebar(self, request: HttpRequest) -> SafeString:
        """The sidebar's HTML. What a section offers may depend on permissions alone."""
        key = (permissions_key(request.user), request.META["SCRIPT_NAME"], current_model(request))
        html = self._sidebars.get(key)
        if html is None:
            html = self._sidebars[key] = self.render_sidebar(request, key[-1])
        return html

    def render_sidebar(self, request: HttpRequest, current: str) -> SafeString:
        sections = self.get_app_list(request)
        for entry in (model for section in sections for model in section["models"]):
            entry["current"] = entry_key(entry) == current
        return render_to_string("admin/nav_sidebar.html", {"apps": sections})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict]:
        """Sections in the order the apps declare, each with its models in theirs.

        A model that another section has taken in is listed there only.
        """
        built = self._build_app_dict(request)
        found = {
            model["model"]._meta.label_lower: model
            for app in built.values()
            for model in app["models"]
        }
        configs = sorted(apps.get_app_configs(), key=position)
        taken = {label for config in configs for label in declared_models(config)}
        sections = []
        for config in configs:
            own = built.get(config.label, {"models": []})["models"]
            models = [found[label] for label in declared_models(config) if label in found]
            models += [model for model in own if model["model"]._meta.label_lower not in taken]
            pages = sidebar.pages_of(config.label, request.user)
            if models or pages:
                sections.append(section(config, pages, models, built))
        return [one for one in sections if app_label in (None, one["app_label"])]

    def index(self, request: HttpRequest, extra_context: dict | None = None):
        now = timezone.localtime()
        shown = panels.for_home(request)
        context = {
            "title": f"{greeting(now.hour)}, {request.user}",
            "now": now,
            "panels": [panel for panel in shown if not panel.aside],
            "panels_aside": [panel for panel in shown if panel.aside],
        }
        return super().index(request, {**context, **(extra_context or {})})

    def autocomplete_view(self, request: HttpRequest):
        return AutocompleteView.as_view(admin_site=self)(request)

    def password_change(self, request: HttpRequest, extra_context: dict | None = None):
        """Django's, with a form that can be replaced as the login's can."""
        request.current_app = self.name
        view = PasswordChangeView.as_view(
            form_class=self.password_change_form,
            success_url=reverse("admin:password_change_done", current_app=self.name),
            template_name=self.password_change_template or "registration/password_change_form.html",
            extra_context={**self.each_context(request), **(extra_context or {})},
        )
        return view(request)

    def get_log_entries(self, request: HttpRequest):
        """None: what happened is kept elsewhere, Django's LogEntry is not written."""
        return ()


class BoundedCache(OrderedDict):
    """The newest `size` values, for the threads of one process."""

    def __init__(self, size: int):
        super().__init__()
        self.size = size
        self.lock = Lock()

    def __setitem__(self, key, value):
        with self.lock:
            super().__setitem__(key, value)
            while len(self) > self.size:
                self.popitem(last=False)


def permissions_key(user) -> frozenset[str] | str:
    # Asked for his permissions, a superuser costs a query of them all.
    return "superuser" if user.is_superuser else frozenset(user.get_all_permissions())


def current_model(request: HttpRequest) -> str:
    """`posts_post` on every page of that model, its actions' too; empty on other pages.

    A page that is no model's names itself.
    """
    if page := getattr(request, "sidebar_page", ""):
        return page
    match = request.resolver_match
    return (match.url_name or "").rpartition("_")[0] if match else ""


def position(config) -> int:
    return getattr(config, "sidebar_position", 1000)


def declared_models(config) -> Iterator[str]:
    for name in getattr(config, "sidebar_models", ()):
        yield name.lower() if "." in name else f"{config.label}.{name.lower()}"


def section(config, pages: list[sidebar.Page], models: list[dict], built: dict) -> dict:
    """One section in the shape of Django's app list; a page is like a model that nobody adds."""
    like = built.get(config.label) or {}
    if models and not like:
        like = built[models[0]["model"]._meta.app_label]
    if pages:
        like = {**like, "app_label": config.label, "app_url": pages[0].url}
        like["has_module_perms"] = True
    entries = [
        {
            "key": f"{config.label}_{page.key}",
            "name": page.title,
            "object_name": page.key,
            "admin_url": page.url,
            "add_url": None,
        }
        for page in pages
    ]
    return {**like, "name": config.verbose_name, "models": entries + models}


def entry_key(entry: dict) -> str:
    """`posts_post`, or what a page names itself by."""
    if "key" in entry:
        return entry["key"]
    return f"{entry['model']._meta.app_label}_{entry['model']._meta.model_name}"


def greeting(hour: int) -> str:
    """A good wish for the hour of the day, 0 to 23."""
    if 5 <= hour < 12:
        return "Good morning"
    return "Good afternoon" if 12 <= hour < 18 else "Good evening"
