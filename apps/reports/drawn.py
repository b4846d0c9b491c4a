"""What the answer and the address decide of a report's page, kept in the process once it is drawn.

A year of days takes 6 ms to draw, ten years 38; the shell around them 2. What they show depends
on the answer, the address, the day, and what the reader may open.
"""

from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.utils.safestring import SafeString

from apps.backoffice import lazy_loads
from apps.backoffice.sites import BoundedCache, permissions_key
from apps.reports.page import ReportPage

KEPT = 40
# A year of days with their links is 450 kB; of these forty are 24 MB.
LONGEST_KEPT = 600_000
_kept = BoundedCache(KEPT)


def parts(page: ReportPage) -> tuple[SafeString, bytes]:
    """The HTML of the controls; and what stands below the stamp, nothing where nothing was read.

    The second in bytes: a template would copy it six times.
    """
    if page.answer is None:
        return controls(page), b""
    key = (
        page.report.slug,
        tuple(sorted(page.asked.params.items())),
        page.answer.as_of,
        page.today,
        get_script_prefix(),
        permissions_key(page.user),
    )
    drawn = _kept.get(key)
    if drawn is None:
        drawn = controls(page), figures(page)
        if len(drawn[1]) <= LONGEST_KEPT:
            _kept[key] = drawn
    return drawn


def controls(page: ReportPage) -> SafeString:
    """Choices may come from the database: they are asked for before the template is."""
    _ = page.filter_fields
    return render_to_string("reports/_controls.html", {"page": page})


def figures(page: ReportPage) -> bytes:
    with lazy_loads.forbidden(f"The report {page.report.title}"):
        return render_to_string("reports/_figures.html", {"page": page}).encode()
