"""Recorded values of an object to and from what its edit page posts.

What two people made of an object is compared as entries keep it, and what comes of it is posted
through the same form as any edit: so it is validated as a whole, and nobody gets by a merge or a
restore what he could not type.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import validate_slug
from django.db import models
from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.dateparse import parse_datetime

from apps.activity.recorded import recorded_as
from apps.activity.values import as_json
from apps.backoffice.widgets import RelatedMultiple, is_key
from apps.editing.merging.records import Kind
from apps.editing.opened import FIELDS


@dataclass(frozen=True)
class PageField:
    """A field of the page: `name` as entries have it (`profile.bio`), `key` as it is posted."""

    name: str
    key: str
    field: forms.Field
    column: models.Field

    @property
    def label(self) -> str:
        return str(self.field.label or self.column.verbose_name).capitalize()

    @property
    def kind(self) -> Kind:
        if self.column.many_to_many:
            return Kind.SET
        if isinstance(self.column, models.TextField):
            return Kind.TEXT
        is_line = type(self.column) is models.CharField and not self.column.choices
        return Kind.LINE if is_line and validate_slug not in self.column.validators else Kind.VALUE

    def is_posted(self, data: QueryDict, files: MultiValueDict) -> bool:
        is_left_out = FIELDS in data and self.is_own and self.key not in data[FIELDS].split()
        is_omitted = self.field.widget.value_omitted_from_data(data, files, self.key)
        return not (is_left_out or is_omitted)

    @property
    def is_own(self) -> bool:
        """Of the object itself, not of a part of it."""
        return "." not in self.name

    def read(self, data: QueryDict, files: MultiValueDict) -> Any:
        """What was typed, as an entry would keep it; what the field refuses, as it was typed."""
        raw = self.field.widget.value_from_datadict(data, files, self.key)
        try:
            value = self.field.clean(raw)
        except ValidationError:
            if self.kind is Kind.SET:
                return sorted({int(key) for key in raw or () if is_key(str(key))})
            return raw
        if isinstance(value, UploadedFile):
            value.seek(0)
            return as_json(value.read())
        if self.kind is Kind.SET:
            return as_json(list(value))
        return as_json(value or None) if isinstance(self.field, forms.FileField) else as_json(value)

    def normal(self, value: Any) -> Any:
        """As the page would send it back untouched: its time inputs leave out the seconds."""
        if not isinstance(self.field, forms.SplitDateTimeField):
            return value
        data = QueryDict(mutable=True)
        self.write(data, MultiValueDict(), value)
        return self.read(data, MultiValueDict())

    def write(self, data: QueryDict, files: MultiValueDict, value: Any) -> None:
        """Post this value in place of what was typed. Of a file only its digest is known: the
        one that is there stays.
        """
        widget = self.field.widget
        if isinstance(self.field, forms.FileField):
            files.pop(self.key, None)
            data.pop(f"{self.key}-clear", None)
        elif self.kind is Kind.SET:
            data.setlist(self.key, [str(key) for key in value])
            self._forget_typed_words(data)
        elif isinstance(widget, forms.CheckboxInput):
            data.setlist(self.key, ["on"] if value else [])
        elif isinstance(widget, forms.MultiWidget):
            moment = parse_datetime(value) if value else None
            parts = zip(
                widget.widgets_names, widget.widgets, widget.decompress(moment), strict=True
            )
            for suffix, part, shown in parts:
                data[self.key + suffix] = part.format_value(shown) or ""
        else:
            data[self.key] = "" if value is None else str(value)

    def _forget_typed_words(self, data: QueryDict) -> None:
        """Words that found no object stay, for the form to refuse."""
        typed = self.key + RelatedMultiple.typed_suffix
        try:
            self.field.clean([word for word in data.get(typed, "").split(",") if word.strip()])
        except ValidationError as error:
            if error.code != "required":
                return
        data.pop(typed, None)


@dataclass(frozen=True)
class EditPage:
    """The edit page of an object as it is now: its fields, and what it posts beside them."""

    fields: list[PageField]
    hidden: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, model_admin, request: HttpRequest, obj: models.Model) -> "EditPage":
        names = flatten_fieldsets(model_admin.get_fieldsets(request, obj))
        form_class = model_admin.get_form(request, obj, change=True, fields=names)
        fields = list(recorded_fields(form_class(instance=obj), type(obj)))
        hidden: dict[str, list[str]] = {}
        prefixes = {part: name for name, part in recorded_as(type(obj)).parts.items()}
        for formset_class, inline in model_admin.get_formsets_with_inlines(request, obj):
            prefix = formset_class.get_default_prefix()
            rows = inline.get_queryset(request)
            formset = formset_class(instance=obj, prefix=prefix, queryset=rows)
            hidden |= hidden_values(formset.management_form)
            for form in formset.forms[:1]:
                hidden |= hidden_values(form)
                fields += recorded_fields(form, type(obj), prefixes.get(formset.model))
        return cls(fields, hidden)

    @property
    def names(self) -> list[str]:
        return [one.name for one in self.fields]

    @property
    def kinds(self) -> dict[str, Kind]:
        return {one.name: one.kind for one in self.fields}

    def normal(self, values: dict[str, Any]) -> dict[str, Any]:
        return {one.name: one.normal(values[one.name]) for one in self.fields}

    def read(self, data: QueryDict, files: MultiValueDict) -> dict[str, Any]:
        """The fields that were posted."""
        return {
            one.name: one.read(data, files) for one in self.fields if one.is_posted(data, files)
        }

    def write(
        self, data: QueryDict, files: MultiValueDict, values: dict[str, Any], typed: Iterable[str]
    ) -> None:
        """Post these values, but for the fields that are `typed`: they stay as they came."""
        typed = set(typed)
        # Every field is posted now.
        data.pop(FIELDS, None)
        for key, posted in self.hidden.items():
            data.setlist(key, posted)
        for one in self.fields:
            if one.name not in typed:
                one.write(data, files, values[one.name])


def recorded_fields(
    form: forms.BaseForm, model: type[models.Model], prefix: str | None = None
) -> Iterator[PageField]:
    """The fields of a form that entries keep; `form.columns` has those named unlike a column."""
    recorded, columns = recorded_as(model), getattr(form, "columns", {})
    owner = recorded.parts[prefix] if prefix else model
    for name, one in form.fields.items():
        column = columns.get(name, name)
        recorded_name = f"{prefix}.{column}" if prefix else column
        if recorded_name in recorded.fields:
            # Bound to the object, the field knows what it points to without asking for it.
            key = form[name].html_name
            yield PageField(recorded_name, key, one, owner._meta.get_field(column))


def hidden_values(form: forms.BaseForm) -> dict[str, list[str]]:
    values = {bound.html_name: bound.value() for bound in form.hidden_fields()}
    return {name: ["" if value is None else str(value)] for name, value in values.items()}
