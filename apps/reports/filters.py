"""Filters that more than one report has."""

from django import forms

from apps.users.admin.columns import known_regions


class RegionFilters(forms.Form):
    region = forms.ChoiceField(
        required=False,
        label="Region",
        choices=lambda: [("", "All"), *((region, region) for region in known_regions())],
    )
