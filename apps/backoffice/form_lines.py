"""The lines of a fieldset, joined from escaped strings instead of a template per field.

Stock markup (`form-row`, `field-…`, `flex-container`, `help`), with what its templates get wrong
put right: a widget of several inputs is a group with a name, read-only values have no <label>,
and the help's id is the one the input points at.
"""

from collections.abc import Iterator
from html import escape

from django.contrib.admin.helpers import AdminField, Fieldset
from django.template.defaultfilters import capfirst
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe


def render_lines(fieldset: Fieldset) -> SafeString:
    html = "\n".join(line_html(list(line), line.has_visible_field) for line in fieldset)
    return mark_safe(html)  # noqa: S308  # nosec B308 B703  (made of escaped parts)


def line_html(fields: list, is_visible: bool) -> str:
    css = "form-row" + "".join(f" field-{escape(name_of(field))}" for field in fields)
    if not is_visible:
        css += " hidden"
    if len(fields) == 1:
        if has_errors(fields[0]):
            css += " errors"
        return f'<div class="{css}">{field_html(fields[0])}</div>'
    boxes = "".join(
        f'<div class="fieldBox field-{escape(name_of(field))}'
        f'{" errors" if has_errors(field) else ""}">{field_html(field)}</div>'
        for field in fields
    )
    return f'<div class="{css}"><div class="form-multiline">{boxes}</div></div>'


def name_of(field) -> str:
    return field.field["name"] if field.is_readonly else field.field.name


def has_errors(field) -> bool:
    return not field.is_readonly and bool(field.field.errors)


def field_html(field) -> str:
    return "".join(readonly_parts(field) if field.is_readonly else input_parts(field))


def readonly_parts(field) -> Iterator[str]:
    label = conditional_escape(capfirst(field.field["label"]))
    yield f'<div class="flex-container"><span class="label">{label}</span>'
    # Without the help, which tells what to type.
    yield f'<div class="readonly">{field.contents()}</div></div>'


def input_parts(field: AdminField) -> Iterator[str]:
    bound = field.field
    if bound.is_hidden:
        yield str(bound)
        return
    if bound.errors:
        yield str(bound.errors)
    if bound.use_fieldset:
        yield from group_parts(field)
    elif field.is_checkbox:
        yield f'<div class="flex-container checkbox-row">{bound}{label_html(field)}</div>'
    else:
        yield f'<div class="flex-container">{label_html(field)}{bound}</div>'
    if bound.help_text:
        # A field's help text is the developer's HTML, as in the stock templates.
        yield f'<div class="help" id="{help_id(bound)}"><div>{bound.help_text}</div></div>'


def help_id(bound) -> str:
    return f"{escape(bound.auto_id)}_helptext"


def group_parts(field: AdminField) -> Iterator[str]:
    """A <label> names one input; several are a group that has the label as its name."""
    bound = field.field
    label_id = f"{escape(bound.auto_id)}_label"
    described = f' aria-describedby="{bound.aria_describedby}"' if bound.aria_describedby else ""
    yield f'<div class="flex-container" role="group" aria-labelledby="{label_id}"{described}>'
    label = conditional_escape(bound.label)
    yield f'<span class="{label_css(field)}" id="{label_id}">{label}</span>'
    yield f"{bound}</div>"


def label_html(field: AdminField) -> str:
    bound = field.field
    target = escape(bound.id_for_label or "")
    label = conditional_escape(bound.label)
    return f'<label class="{label_css(field)}" for="{target}">{label}</label>'


def label_css(field: AdminField) -> str:
    css = ["label"]
    if field.is_checkbox:
        css.append("vCheckboxLabel")
    if field.field.field.required:
        css.append("required")
    return " ".join(css)
