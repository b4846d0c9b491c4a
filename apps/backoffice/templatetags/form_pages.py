from django import template
from django.contrib.admin.helpers import Fieldset

from apps.backoffice.form_lines import render_lines

register = template.Library()


@register.simple_tag
def fieldset_lines(fieldset: Fieldset):
    """`{% fieldset_lines fieldset %}`: its rows, see form_lines.py."""
    return render_lines(fieldset)
