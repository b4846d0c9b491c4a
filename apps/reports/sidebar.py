from django.urls import reverse

from apps.backoffice import sidebar
from apps.reports.listing import listed_for
from apps.reports.report import readable_by


@sidebar.pages("reports")
def pages(user) -> list[sidebar.Page]:
    """All reports, and those that are opened every day."""
    if not listed_for(user):
        return []
    shown = [report for report in readable_by(user) if report.in_sidebar]
    return [
        sidebar.Page("all", "All reports", reverse("reports:index")),
        *(sidebar.Page(one.slug, one.title, one.address) for one in shown),
    ]
