"""The parts of pages that are joined in Python."""

from django import template

from apps.backoffice.filter_column import render_filters
from apps.backoffice.form_lines import render_lines

register = template.Library()
# {% fieldset_lines fieldset %}: its rows.
register.simple_tag(render_lines, name="fieldset_lines")
# {% filter_column cl %}: what stands under the heading of a list's filters.
register.simple_tag(render_filters, name="filter_column")
