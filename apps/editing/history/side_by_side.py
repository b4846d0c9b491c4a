"""Two versions beside each other, and what a restore of the older would do."""

from functools import cached_property
from typing import Any

from apps.activity.between import changes_between
from apps.backoffice.rows import short_time
from apps.editing.form_data import EditPage
from apps.editing.history.comparison import fields_of
from apps.editing.history.restoring import restored_names
from apps.editing.history.subject import Subject
from apps.editing.labels import Labels
from apps.editing.merging.matching import Budget
from apps.editing.wording import actor, listed

MAY_SEE_REQUESTS = "activity.view_auditentry"


class SideBySide:
    """`pair`: the numbers of the two, the older first."""

    def __init__(self, subject: Subject, pair: tuple[int, int]):
        self.subject = subject
        self.old, self.new = self.pair = pair

    @cached_property
    def changes(self) -> dict[str, list]:
        """Field → [old, new] of what differs, in the order of the model."""
        recorded = self.subject.recorded
        found = changes_between(recorded.name, self.subject.pk, *self.pair)
        order = {name: place for place, name in enumerate(recorded.fields)}
        return {name: found[name] for name in sorted(found, key=lambda one: order.get(one, 99))}

    @property
    def values(self) -> list[dict[str, Any]]:
        """Field → value on each side."""
        return [{name: pair[side] for name, pair in self.changes.items()} for side in (0, 1)]

    def context(self, labels: Labels) -> dict[str, Any]:
        budget = Budget()
        return {
            "fields": fields_of(self.changes, labels, budget),
            "is_coarse": budget.is_spent,
            "sides": self.sides(),
            "says": self.says(),
            "restore": self.restore(labels),
        }

    def sides(self) -> list[dict[str, Any]]:
        """Number and maker of each; the request for who may see the audit."""
        made = self.subject.entries.filter(version__in=self.pair).defer("changes")
        sees_requests = self.subject.request.user.has_perm(MAY_SEE_REQUESTS)
        unknown = {version: {"by": "before history was kept"} for version in self.pair}
        known = {
            one.version: {
                "by": f"{actor(one)}, {short_time(one.at)}",
                "request": one.request_id if sees_requests else "",
            }
            for one in made
        }
        return [{"version": version} | side for version, side in (unknown | known).items()]

    def says(self) -> str:
        """“4 fields differ, 9 are the same”."""
        count = len(self.changes)
        same = max(0, len(self.subject.recorded.fields) - count)
        differ = "1 field differs" if count == 1 else f"{count} fields differ"
        return f"{differ}, {same} {'is' if same == 1 else 'are'} the same"

    def restore(self, labels: Labels) -> dict[str, Any] | None:
        """What is offered where the newer is the current version; `stays` are the fields that
        would be left as they are, in words.
        """
        subject = self.subject
        if not subject.may_restore or self.new != subject.version:
            return None
        page = EditPage.of(subject.admin, subject.request, subject.obj)
        restored = restored_names(subject.admin, page)
        stays = [labels.field(name) for name in self.changes if name not in restored]
        return {
            "version": self.old,
            "next": self.new + 1,
            "address": subject.address("version", self.old),
            "opened": subject.admin.token(subject.request, subject.obj),
            "is_any": bool(restored & self.changes.keys()),
            "leaves_out": any(
                labels.there(name, self.changes[name][0]) != self.changes[name][0]
                for name in restored & self.changes.keys()
            ),
            "stays": listed(stays) if stays else "",
            "stay_several": len(stays) > 1,
        }
