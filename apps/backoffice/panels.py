"""Panels: what apps show on the home page and beside an object, without backoffice knowing them.

An app registers its panels from a module that its `AppConfig.ready()` imports:

    from apps.backoffice import panels

    @panels.home(order=10)
    def review_queue(request):
        if not request.user.has_perm("posts.publish_post"):
            return None                                   # not for this person: no panel
        posts = ...
        return panels.Panel(
            key="review-queue",                           # its id on the page
            title="In review",
            note="6 of 214, longest waiting first",       # quiet text beside the title
            link=("Show all in the list", url),
            body=render_to_string("posts/_review_queue.html", {"posts": posts}),
        )

    @panels.beside("posts.post", order=20)                # on the page of one object
    def latest_comments(request, post): ...

A panel's body is safe HTML; `empty=` is the sentence shown when there is none. Its parts:
`<ul class="list">`, `<table class="data">` in `<div class="scroll" tabindex="0" role="region"
aria-label="…">`, or `<div class="card-body">` for text. A template is its one source of HTML.

On an add page a panel may bring a form, saved in the page's transaction or not at all:

    @panels.on_add("users.user")
    class FirstPost(panels.FormPanel):
        key, title, form_class = "first-post", "First post", FirstPostForm
        def is_offered(self, request): return request.user.has_perm("posts.add_post")
        def save(self, request, form, user): ...          # called only when it was filled in
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.admin import helpers
from django.forms import BaseForm
from django.http import HttpRequest


@dataclass(frozen=True)
class Panel:
    """`badge` is a status and its CSS class; `aside` puts it in the home page's right column."""

    key: str
    title: str
    body: str = ""
    empty: str = "Nothing here."
    note: str = ""
    link: tuple[str, str] | None = None
    badge: tuple[str, str] | None = None
    aside: bool = False


Maker = Callable[..., Panel | None]
_home: list[tuple[int, Maker]] = []
_beside: dict[str, list[tuple[int, Maker]]] = {}
_on_add: dict[str, list[type["FormPanel"]]] = {}


def home(*, order: int) -> Callable[[Maker], Maker]:
    """Register a function of the request for the home page; lower orders come first."""

    def register(make: Maker) -> Maker:
        _home.append((order, make))
        return make

    return register


def beside(label: str, *, order: int) -> Callable[[Maker], Maker]:
    """Register a function of (request, object) for the page of a model, `posts.post`."""

    def register(make: Maker) -> Maker:
        _beside.setdefault(label.lower(), []).append((order, make))
        return make

    return register


def on_add(label: str):
    """Register a FormPanel for the add page of a model."""

    def register(panel: type[FormPanel]) -> type[FormPanel]:
        _on_add.setdefault(label.lower(), []).append(panel)
        return panel

    return register


def for_home(request: HttpRequest) -> list[Panel]:
    return _made(_home, request)


def for_object(request: HttpRequest, obj) -> list[Panel]:
    return _made(_beside.get(obj._meta.label_lower, ()), request, obj)


def _made(registered, *args) -> list[Panel]:
    made = (make(*args) for _, make in sorted(registered, key=lambda one: one[0]))
    return [panel for panel in made if panel is not None]


class FormPanel:
    """A form on another model's add page. Left empty it does nothing.

    It speaks as much of the formset's language as ModelAdmin's add view asks for, so the page
    validates and saves it with the object, in one transaction.
    """

    key: str
    title: str
    form_class: type[BaseForm]
    new_objects = changed_objects = deleted_objects = ()

    def __init__(self, request: HttpRequest):
        self.request = request
        posted = request.method == "POST"
        self.form = self.form_class(
            data=request.POST if posted else None,
            files=request.FILES if posted else None,
            prefix=self.key,
            # An empty panel is a panel not used: its required fields are not missing then.
            empty_permitted=True,
            use_required_attribute=False,
        )

    def is_offered(self, request: HttpRequest) -> bool:
        raise NotImplementedError

    def save(self, request: HttpRequest, form: BaseForm, obj) -> None:
        raise NotImplementedError

    def is_valid(self) -> bool:
        return self.form.is_valid()

    @property
    def errors(self) -> list[dict]:
        return [self.form.errors]

    def non_form_errors(self):
        return self.form.error_class()

    @property
    def fieldset(self) -> helpers.Fieldset:
        """The form's fields as Django's fieldset, for the page's template."""
        return helpers.Fieldset(self.form, self.title, fields=list(self.form.fields))


def forms_for_add(request: HttpRequest, model) -> list[FormPanel]:
    made = (panel(request) for panel in _on_add.get(model._meta.label_lower, ()))
    return [panel for panel in made if panel.is_offered(request)]


class WithPanels:
    """For ModelAdmin: hands the template `panels` and, on add pages, `form_panels`.

    The page has a second column if there are panels or a fieldset of the class "side".
    """

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["panels"] = for_object(request, obj) if obj is not None else []
        context["form_panels"] = getattr(request, "form_panels", [])
        context["has_side"] = bool(context["panels"]) or any(
            "side" in (options.get("classes") or ())
            for _, options in context["adminform"].fieldsets
        )
        return super().render_change_form(request, context, add, change, form_url, obj)

    def render_delete_form(self, request, context):
        context["has_trash"] = getattr(self, "has_trash", False)
        return super().render_delete_form(request, context)

    def _create_formsets(self, request, obj, change):
        """Django pairs formsets with inlines one to one and stops at the shorter list, so the
        panels after them are validated and saved with them, and rendered by our template.
        """
        formsets, inlines = super()._create_formsets(request, obj, change)
        if not change:
            request.form_panels = forms_for_add(request, self.model)
            formsets = [*formsets, *request.form_panels]
        return formsets, inlines

    def save_formset(self, request, form, formset, change):
        if not isinstance(formset, FormPanel):
            super().save_formset(request, form, formset, change)
        elif formset.form.has_changed():
            formset.save(request, formset.form, form.instance)
