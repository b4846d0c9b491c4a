"""Columns that stand in more than one report: a number means the same wherever it is shown."""

from typing import Any

from apps.reports.links import ListLink
from apps.reports.report import HIGHER, LOWER, ReportLink, column
from apps.reports.units import PERCENT

WRITTEN = ListLink("posts.comment", dates="created_at")


def published() -> Any:
    return column(
        "Published",
        "Posts and pages that were published that day and still are.",
        better=HIGHER,
        headline=True,
        link=ListLink("posts.post", dates="published_at", params={"status": "published"}),
    )


def missed() -> Any:
    return column(
        "Missed schedules",
        "Scheduled posts that came out that day, more than 5 minutes after their time.",
        better=LOWER,
        headline=True,
        link=ReportLink("calendar", "missed"),
    )


def comments(label: str, **more) -> Any:
    meaning = "Comments written that day. Those in the trash do not count."
    return column(label, meaning, link=WRITTEN, **more)


def share(of: str) -> Any:
    return column("Share", f"Of {of}.", PERCENT)
