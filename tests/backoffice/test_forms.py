import datetime
import re

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import mark_safe

from apps.backoffice.forms import RENDERERS, FormRenderer

HOSTILE = "\"><script>alert(1)</script>&amp;' ="
VALUES = ["", None, "plain", HOSTILE, mark_safe("<b>safe</b>"), 0, 1234567, 1.5, True, False]
ATTRS = [
    {},
    {"id": "id_x", "class": "vTextField", "required": True, "disabled": False},
    {"data-x": HOSTILE, "maxlength": 200, "title": None, 'on"click': "y"},
    {"data-safe": mark_safe("a&amp;b")},
]
CHOICES = [
    ("", "---------"),
    (1, "One"),
    ("two", HOSTILE),
    (HOSTILE, mark_safe("<i>safe</i>")),
    ("Group & more", [(3, "Three"), (None, "None")]),
]
INPUTS = [
    forms.TextInput,
    forms.NumberInput,
    forms.EmailInput,
    forms.URLInput,
    forms.PasswordInput,
    forms.HiddenInput,
    forms.DateInput,
    forms.TimeInput,
    forms.DateTimeInput,
    forms.CheckboxInput,
    forms.Textarea,
    forms.ColorInput,
    forms.SearchInput,
    forms.TelInput,
]


@pytest.mark.parametrize("attrs", ATTRS)
@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("widget", INPUTS)
def test_inputs_are_rendered_as_by_the_stock_templates(widget, value, attrs):
    assert widget.template_name in RENDERERS
    made, stock = (
        widget().render(HOSTILE, value, attrs, renderer)
        for renderer in (FormRenderer(), TemplatesSetting())
    )
    assert made == stock


@pytest.mark.parametrize("attrs", ATTRS)
@pytest.mark.parametrize("value", [None, "", 1, "two", ["two", 3], HOSTILE])
@pytest.mark.parametrize("widget", [forms.Select, forms.SelectMultiple, forms.RadioSelect])
def test_selects_are_rendered_as_by_the_stock_templates(widget, value, attrs):
    made, stock = (
        widget(choices=CHOICES).render("x", value, attrs, renderer)
        for renderer in (FormRenderer(), TemplatesSetting())
    )
    # Whitespace between tags is where they may differ.
    assert re.sub(r">\s+<", "><", made) == re.sub(r">\s+<", "><", stock)


@pytest.mark.parametrize("value", [None, datetime.datetime(2026, 11, 18, 7, 30)])  # noqa: DTZ001
def test_split_dates_are_rendered_as_by_the_stock_templates(value):
    widget = forms.SplitDateTimeWidget({"class": HOSTILE})
    made, stock = (
        widget.render("at", value, {"id": "id_at"}, renderer)
        for renderer in (FormRenderer(), TemplatesSetting())
    )
    assert made == stock.strip()


class StockForm(forms.Form):
    default_renderer = TemplatesSetting
    title = forms.CharField(label=HOSTILE, required=True)
    count = forms.IntegerField(help_text="<b>Help</b>")


class OurForm(StockForm):
    default_renderer = FormRenderer


@pytest.mark.parametrize("data", [None, {"title": "", "count": HOSTILE}])
def test_labels_and_errors_are_rendered_as_by_the_stock_templates(data):
    ours, stock = OurForm(data), StockForm(data)
    for name in ("title", "count"):
        assert ours[name].label_tag() == stock[name].label_tag()
        assert ours[name].legend_tag() == stock[name].legend_tag()
        assert str(ours[name].errors).strip() == str(stock[name].errors).strip()
        assert str(ours[name]) == str(stock[name])
    assert re.sub(r"\s+", " ", ours.as_p()) == re.sub(r"\s+", " ", stock.as_p())


def test_the_setting_names_this_renderer():
    form = StockForm.__bases__[0]()
    assert isinstance(form.renderer, FormRenderer)
