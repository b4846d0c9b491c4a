"""The history page: the versions of an object, and two of them compared.

It takes as many statements for ten versions as for ten thousand.
"""

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from apps.editing.history import versions
from apps.editing.history.asked import Asked
from apps.editing.history.side_by_side import SideBySide
from apps.editing.history.subject import Subject
from apps.editing.labels import Labels


class HistoryPage:
    def __init__(self, subject: Subject):
        self.subject = subject
        self.asked = Asked.of(subject.request.GET, subject.version)
        self.page = page_of(subject.entries, self.asked)
        self.compared = SideBySide(subject, self.asked.pair) if self.asked.pair else None

    def context(self) -> dict[str, Any]:
        subject = self.subject
        return {
            "title": f"History: {subject.label}",
            "subject": subject,
            "asked": self.asked,
            "lines": [versions.line(entry, self.labels) for entry in self.page.entries],
            "selected": self.asked.pair or (),
            "elsewhere": self.chosen_elsewhere(),
            "begins_at_1": self.begins_without_entry,
            "older": self.address(before=self.page.older),
            "newer": self.address(after=self.page.newer),
            "list_page": reverse(subject.admin._url_name("changelist")),
            "object_page": subject.address("change"),
            "may_restore": subject.may_restore,
            **(self.compared.context(self.labels) if self.compared else {}),
        }

    @cached_property
    def labels(self) -> Labels:
        """Of the names in both parts of the page, read once."""
        values = versions.recorded_values(self.subject.recorded, self.page.entries)
        values += self.compared.values if self.compared else []
        return Labels(self.subject.recorded, *values)

    @cached_property
    def shown(self) -> set[int | None]:
        return {entry.version for entry in self.page.entries}

    @cached_property
    def begins_without_entry(self) -> bool:
        """Rows that came in bulk have none for their first version."""
        is_last_page = self.page.older is None
        return is_last_page and self.subject.version is not None and 1 not in self.shown

    def chosen_elsewhere(self) -> list[tuple[str, int]]:
        """Of the two versions compared those that are on another page of the list."""
        pair = zip(("from", "to"), self.asked.pair or (), strict=False)
        here = self.shown | ({1} if self.begins_without_entry else set())
        return [(name, version) for name, version in pair if version not in here]

    def address(self, **place: int | None) -> str:
        """Another page of the list, with the same two versions compared; empty for none."""
        if None in place.values():
            return ""
        pair = self.asked.pair if self.asked.is_pair_asked else ()
        return f"?{urlencode(place | dict(zip(('from', 'to'), pair, strict=False)))}"


def page_of(entries, asked: Asked) -> versions.Page:
    if asked.version is not None:
        return versions.around(entries, asked.version)
    if asked.after is not None:
        return versions.after(entries, asked.after)
    # Before the first there is nothing to show.
    page = versions.before(entries, asked.before)
    return page if page.entries or asked.before is None else versions.newest(entries)
