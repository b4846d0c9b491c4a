from django.template.loader import render_to_string
from django.urls import reverse

from apps.backoffice import panels
from apps.reports.glance import Glance, glances
from apps.reports.report import readable_by

SHOWN = 4


@panels.home(order=15)
def this_week(request):
    """The figures of the reports that this person reads, each leading to its report."""
    # Several reports may begin with the same figure: the first of them has the tile.
    by_label: dict[str, Glance] = {}
    for one in glances(readable_by(request.user), width=160, height=32):
        by_label.setdefault(one.tile.label, one)
    found = list(by_label.values())[:SHOWN]
    if not found:
        return None
    return panels.Panel(
        key="this-week",
        title="The last seven days",
        link=("All reports", reverse("reports:index")),
        body=render_to_string("reports/_glances.html", {"glances": found}),
    )
