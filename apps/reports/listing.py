"""What the index lists: reports, and pages of apps above this one that stand among them.

list_page(Page("migrations", "Migrations", "What runs.", DATABASE, url="monitoring:migrations"))
"""

from dataclasses import dataclass

from django.urls import reverse

from apps.reports.report import Group, Report, in_order, readable_by


@dataclass(frozen=True)
class Page:
    """Read like a report of its group, and drawn by the view at `url`."""

    slug: str
    title: str
    summary: str
    group: Group
    url: str
    place: int = 10

    def is_for(self, user) -> bool:
        return user.has_perm(self.group.permission)

    @property
    def address(self) -> str:
        return reverse(self.url)


_pages: dict[str, Page] = {}


def list_page(page: Page) -> Page:
    """Apps above this one do so from their `AppConfig.ready()`."""
    return _pages.setdefault(page.slug, page)


def listed_for(user) -> list[Report | Page]:
    """What this person may read, in the order of the index."""
    return in_order([*readable_by(user), *(page for page in _pages.values() if page.is_for(user))])
