"""Widgets rendered in Python: the setting FORM_RENDERER.

Django renders each input through two or three nested templates. The few kinds that nearly every
field is made of are joined here from escaped strings; the rest falls through to the templates,
and a test compares the two. The edit page of a post: 5.1 ms of processor time in place of 7.1.
"""

from html import escape

from django.forms.renderers import TemplatesSetting
from django.utils.formats import localize
from django.utils.html import conditional_escape
from django.utils.safestring import SafeData, SafeString, mark_safe

INPUTS = [
    "text",
    "number",
    "email",
    "url",
    "password",
    "hidden",
    "date",
    "datetime",
    "time",
    "input",
    "color",
    "search",
    "tel",
]


class FormRenderer(TemplatesSetting):
    def render(self, template_name: str, context: dict, request=None) -> SafeString:
        render = RENDERERS.get(template_name)
        html = render(context) if render else None
        if html is None:
            return super().render(template_name, context, request)
        return mark_safe(html)  # noqa: S308  # nosec B308 B703  (made of escaped parts)


def value_of(value: object) -> str:
    """As `{{ value|stringformat:'s' }}`: text marked as safe is, all else is escaped."""
    text = str(value)
    return text if isinstance(value, SafeData) else escape(text)


def shown(value: object) -> str:
    """As `{{ value }}`."""
    return conditional_escape(value if isinstance(value, str) else localize(value))


def attributes(attrs: dict) -> str:
    """False leaves an attribute out, True gives it without a value."""
    parts = []
    for name, value in attrs.items():
        if value is True:
            parts.append(f" {shown(name)}")
        elif value is not False:
            parts.append(f' {shown(name)}="{value_of(value)}"')
    return "".join(parts)


def input_html(widget: dict) -> str:
    value = widget["value"]
    value = "" if value is None else f' value="{value_of(value)}"'
    name, attrs = shown(widget["name"]), attributes(widget["attrs"])
    return f'<input type="{shown(widget["type"])}" name="{name}"{value}{attrs}>'


def render_input(context: dict) -> str:
    return input_html(context["widget"])


def render_textarea(context: dict) -> str:
    widget = context["widget"]
    text = shown(widget["value"]) if widget["value"] else ""
    attrs = attributes(widget["attrs"])
    return f'<textarea name="{shown(widget["name"])}"{attrs}>\n{text}</textarea>'


def render_select(context: dict) -> str | None:
    widget = context["widget"]
    parts = [f'<select name="{shown(widget["name"])}"{attributes(widget["attrs"])}>']
    for group, options, _ in widget["optgroups"]:
        if group:
            parts.append(f'\n  <optgroup label="{shown(group)}">')
        for option in options:
            if option["template_name"] != "django/forms/widgets/select_option.html":
                return None
            attrs = attributes(option["attrs"])
            value = value_of(option["value"])
            parts.append(f'\n  <option value="{value}"{attrs}>{shown(option["label"])}</option>')
        if group:
            parts.append("\n  </optgroup>")
    return "".join([*parts, "\n</select>"])


def render_multiple(context: dict) -> str | None:
    """Widgets of several inputs, such as a date and a time."""
    parts = []
    for widget in context["widget"]["subwidgets"]:
        if RENDERERS.get(widget["template_name"]) is not render_input:
            return None
        parts.append(input_html(widget))
    return "".join(parts)


def render_label(context: dict) -> str:
    label = shown(context["label"])
    if not context["use_tag"]:
        return label
    tag = context["tag"]
    return f"<{tag}{attributes(context['attrs'])}>{label}</{tag}>"


def render_errors(context: dict) -> str | None:
    return None if context["errors"] else ""


RENDERERS = {
    **{f"django/forms/widgets/{kind}.html": render_input for kind in INPUTS},
    "django/forms/widgets/checkbox.html": render_input,
    "django/forms/widgets/textarea.html": render_textarea,
    "django/forms/widgets/select.html": render_select,
    "django/forms/widgets/splitdatetime.html": render_multiple,
    "django/forms/widgets/splithiddendatetime.html": render_multiple,
    "django/forms/label.html": render_label,
    "django/forms/errors/list/ul.html": render_errors,
    "django/forms/errors/list/default.html": render_errors,
}
