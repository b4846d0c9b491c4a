from django.urls import reverse

from apps.backoffice import sidebar
from apps.reports.report import readable_by


@sidebar.pages("reports")
def pages(user) -> list[sidebar.Page]:
    """All reports, and those that are opened every day."""
    readable = readable_by(user)
    if not readable:
        return []
    shown = [report for report in readable if report.in_sidebar]
    return [
        sidebar.Page("all", "All reports", reverse("reports:index")),
        *(
            sidebar.Page(one.slug, one.title, reverse("reports:report", args=[one.slug]))
            for one in shown
        ),
    ]
