from django.template.loader import render_to_string
from django.urls import reverse

from apps.backoffice import panels
from apps.reports.glance import figure_of, glances
from apps.reports.report import Report, readable_by

SHOWN = 4


@panels.home(order=8)
def this_week(request):
    """The figures of the reports that this person reads, each leading to its report."""
    # Several reports may begin with the same figure: the first of them has the tile. Chosen before
    # they are read, so that no more are read than are shown.
    by_label: dict[str, Report] = {}
    for report in readable_by(request.user):
        _, column = figure_of(report)
        if column is not None:
            by_label.setdefault(column.label, report)
    found = glances(list(by_label.values())[:SHOWN], width=160, height=32)
    if not found:
        return None
    return panels.Panel(
        key="this-week",
        title="The last seven days",
        link=("All reports", reverse("reports:index")),
        body=render_to_string("reports/_glances.html", {"glances": found}),
    )
