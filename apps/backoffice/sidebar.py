"""Pages of an app that are no model's: they stand in its section of the sidebar, before models.

    @sidebar.pages("reports")
    def pages(user):                       # may depend on his permissions alone
        return [sidebar.Page("all", "All reports", reverse("reports:index"))]

The view of such a page says which it is: `request.sidebar_page = "reports_all"`.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    key: str
    title: str
    url: str


Maker = Callable[..., list[Page]]
_makers: dict[str, list[Maker]] = {}


def pages(app_label: str) -> Callable[[Maker], Maker]:
    """Register a function of the user; the first of the pages is where the section leads."""

    def register(make: Maker) -> Maker:
        _makers.setdefault(app_label, []).append(make)
        return make

    return register


def pages_of(app_label: str, user) -> list[Page]:
    return [page for make in _makers.get(app_label, ()) for page in make(user)]
