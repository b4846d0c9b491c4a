"""Widgets of our forms: objects found by typing, and the browser's own dates.

Django's admin brings select2 and jQuery for the first and a calendar of its own for the second.
These work without a script too: a typed id, or words that find exactly one object, will do.
"""

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.widgets import Script
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.backoffice.fields import LinesField


class Related:
    """What the two widgets have in common: where to ask for objects."""

    def __init__(self, db_field: models.Field, admin_site, attrs: dict | None = None):
        super().__init__(attrs)
        self.db_field, self.admin_site = db_field, admin_site
        # Objects known from elsewhere, by id: their names cost no query.
        self.known: dict[str, models.Model] = {}

    def __deepcopy__(self, memo):
        """A form's own copy. The class is kept between requests; what one has read is not."""
        copied = super().__deepcopy__(memo)
        copied.known = {}
        return copied

    class Media:
        js = [Script("js/combobox.js", type="module")]

    def source(self) -> dict[str, str]:
        """The attributes that Django's autocomplete view reads as parameters."""
        opts = self.db_field.model._meta
        return {
            "data-combobox": True,
            "data-url": reverse(f"{self.admin_site.name}:autocomplete"),
            "data-app-label": opts.app_label,
            "data-model-name": opts.model_name,
            "data-field-name": self.db_field.name,
            "autocomplete": "off",
        }

    def named(self, keys: list[str]) -> list[tuple[str, str]]:
        """(id, name) of the objects with these keys, those not known read in one query."""
        missing = [int(key) for key in keys if key not in self.known and is_key(key)]
        if missing:
            found = self.db_field.related_model._base_manager.in_bulk(missing)
            self.known.update((str(key), obj) for key, obj in found.items())
        return [(key, str(self.known[key])) for key in keys if key in self.known]


def is_key(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) < 19


class RelatedInput(Related, forms.TextInput):
    """One object. Shows its name; what is sent is its id, or the words typed."""

    input_type = "search"

    def get_context(self, name, value, attrs):
        key = "" if value in (None, "") else str(value)
        named = self.named([key]) if key else []
        context = super().get_context(name, named[0][1] if named else key, attrs)
        context["widget"]["attrs"].update(self.source())
        if named:
            context["widget"]["attrs"]["data-value"] = key
        return context


class RelatedMultiple(Related, forms.TextInput):
    """Several objects, each a chip that can be taken away."""

    input_type = "search"
    typed_suffix = "-typed"

    def render(self, name, value, attrs=None, renderer=None) -> SafeString:
        keys = [str(one) for one in value or [] if str(one)]
        chips = format_html_join(
            "",
            '<label class="chip"><input type="checkbox" name="{}" value="{}" checked>{}</label>',
            ((name, key, text) for key, text in self.named([key for key in keys if is_key(key)])),
        )
        typed = ", ".join(key for key in keys if not is_key(key))
        attrs = {**(attrs or {}), **self.source(), "data-multiple": True, "data-name": name}
        attrs["placeholder"] = f"Add a {self.db_field.related_model._meta.verbose_name}"
        attrs.pop("required", None)
        field = super().render(name + self.typed_suffix, typed, attrs, renderer)
        return format_html('<div class="tagbox">{}{}</div>', chips, field)

    def value_from_datadict(self, data, files, name):
        chosen = data.getlist(name) if hasattr(data, "getlist") else list(data.get(name, []))
        typed = data.get(name + self.typed_suffix) or ""
        return [*chosen, *(word.strip() for word in typed.split(",") if word.strip())]

    def value_omitted_from_data(self, data, files, name):
        # Nothing chosen sends nothing, as with checkboxes.
        return False


class RelatedBoundField(forms.BoundField):
    """Tells the widget the objects that the form has already."""

    def __init__(self, form, field, name):
        super().__init__(form, field, name)
        instance = getattr(form, "instance", None)
        known = form.initial.get(name) if form.initial else None
        known = list(known) if isinstance(known, list | tuple) else []
        if instance is not None and name in instance._state.fields_cache:
            known.append(instance._state.fields_cache[name])
        objects = (obj for obj in known if isinstance(obj, models.Model))
        field.widget.known.update((str(obj.pk), obj) for obj in objects)


class Completing:
    """For the two fields: words that find exactly one object stand for it."""

    def get_bound_field(self, form, field_name):
        return RelatedBoundField(form, self, field_name)

    def found_by(self, words: str) -> models.Model:
        for obj in self.widget.known.values():
            # Sent back as it was shown.
            if str(obj) == words:
                return obj
        related_admin = self.widget.admin_site.get_model_admin(self.queryset.model)
        found = related_admin.complete(self.queryset.all(), words, 20)
        exact = [obj for obj in found if str(obj).casefold() == words.casefold()]
        if len(exact or found) == 1:
            return (exact or found)[0]
        many = "More than one is" if found else "Nothing is"
        raise ValidationError(f"{many} found by “{words[:40]}”.", code="invalid_choice")


class RelatedField(Completing, forms.ModelChoiceField):
    def has_changed(self, initial, data):
        known = self.widget.known.get(str(self.prepare_value(initial)))
        return super().has_changed(initial, data) and (known is None or str(known) != data)

    def to_python(self, value):
        if value in self.empty_values:
            return None
        if is_key(str(value)):
            known = self.widget.known.get(str(value))
            # What the row has already was found valid when it was saved.
            return known if known is not None else self.noted(super().to_python(value))
        return self.found_by(str(value).strip())

    def noted(self, obj: models.Model) -> models.Model:
        """The widget, which shows its name, need not read it again."""
        self.widget.known[str(obj.pk)] = obj
        return obj


class RelatedMultipleField(Completing, forms.ModelMultipleChoiceField):
    def clean(self, value):
        keys = list(dict.fromkeys(self.key_of(one) for one in value or []))
        if keys and self.widget.known.keys() >= set(keys):
            # What the row has already was found valid when it was saved.
            return [self.widget.known[key] for key in keys]
        return super().clean(keys)

    def key_of(self, value) -> str:
        return str(value) if is_key(str(value)) else str(self.found_by(str(value)).pk)


class DateTimeInputs(forms.SplitDateTimeWidget):
    """The browser's own date and time inputs, in the site's time zone."""

    def __init__(self, attrs=None):
        super().__init__(
            attrs,
            date_attrs={"type": "date", "aria-label": "Date"},
            time_attrs={"type": "time", "aria-label": "Time"},
            date_format="%Y-%m-%d",
            time_format="%H:%M",
        )


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%H:%M")


class WithWidgets:
    """For ModelAdmin and its inlines: forms of these widgets, and none of Django's scripts.

    A related model without a search keeps the <select>; so do fields whose widget is named.

    `keeps_form_class` says that the form's class depends on its fields alone, not on who asks.
    Django makes two classes for every request; then they are made once per set of fields, which
    is 0.5 ms less of the 5.6 that the edit page of a post takes.
    """

    keeps_form_class = False

    formfield_overrides = {
        models.DateTimeField: {
            "form_class": forms.SplitDateTimeField,
            "widget": DateTimeInputs,
        },
        models.DateField: {"widget": DateInput},
        models.TimeField: {"widget": TimeInput},
        models.TextField: {"form_class": LinesField, "widget": AdminTextareaWidget},
    }

    @property
    def media(self):
        return forms.Media()

    def get_form(self, request, obj=None, change=False, **kwargs):
        # The pages of an object name the fields, with those to be shown only.
        fields = kwargs.get("fields")
        if fields is None or not self.keeps_form_class:
            return super().get_form(request, obj, change=change, **kwargs)
        readonly = tuple(self.get_readonly_fields(request, obj))
        may_change = not change or self.has_change_permission(request, obj)
        key = (tuple(fields), readonly, change, may_change)
        kept = self.__dict__.setdefault("_form_classes", {})
        if key not in kept:
            kept[key] = super().get_form(request, obj, change=change, **kwargs)
        return kept[key]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Django's, without the buttons around related fields that open popup windows."""
        if isinstance(db_field, models.ForeignKey):
            return self.formfield_for_foreignkey(db_field, request, **kwargs)
        if isinstance(db_field, models.ManyToManyField):
            return self.formfield_for_manytomany(db_field, request, **kwargs)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if "widget" not in kwargs and self.is_searched(db_field):
            kwargs["widget"] = RelatedInput(db_field, self.admin_site)
            kwargs["form_class"] = RelatedField
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if "widget" not in kwargs and self.is_searched(db_field):
            kwargs["widget"] = RelatedMultiple(db_field, self.admin_site)
            kwargs["form_class"] = RelatedMultipleField
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def is_searched(self, db_field) -> bool:
        related_admin = self.admin_site._registry.get(db_field.remote_field.model)
        return getattr(related_admin, "search", None) is not None
