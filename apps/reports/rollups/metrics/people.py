"""Accounts by the day they were made, and how many people wrote."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Case, CharField, QuerySet, Value, When
from django.db.models.functions import Concat

from apps.reports.rollups.days import Run
from apps.reports.rollups.metric import Metric, Moved, Total
from apps.reports.rollups.metrics.comments import RECEIVED
from apps.reports.rollups.metrics.posts import CREATED
from apps.users.models import User


def joined() -> QuerySet:
    """`standing` is one of four ("active verified", "inactive unverified", …). Who is suspended
    is not told: that ends by the clock.
    """
    standing = Concat(
        Case(When(is_active=True, then=Value("active")), default=Value("inactive")),
        Case(When(email_verified=True, then=Value(" verified")), default=Value(" unverified")),
        output_field=CharField(),
    )
    in_region = Concat("standing", Value(" "), "region", output_field=CharField())
    return User.objects.live().annotate(standing=standing).annotate(standing_region=in_region)


@dataclass(frozen=True)
class Active(Moved):
    """People who wrote a post or a comment: on a day, in a week, in a month."""

    def live(self, days: Collection[date], dimension: str) -> Collection[date]:
        return () if dimension else days

    def totals(
        self,
        spans: Sequence[Run],
        dimensions: Sequence[str] | None = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> Counter[Total]:
        parts = []
        for span in spans:
            parts.append(CREATED.within(span, using).values_list("day", "author_id"))
            said = RECEIVED.within(span, using).filter(author__isnull=False)
            parts.append(said.values_list("day", "author_id"))
        return Counter(Total(day, self.name) for day, _ in parts[0].union(*parts[1:]))


SIGNED_UP = Metric(
    "people.signed_up",
    joined,
    "created_at",
    {"standing": "standing", "region": "region", "standing region": "standing_region"},
)
METRICS = (SIGNED_UP,)
# By the day of the first post or comment; by `region` too.
NEW_CONTRIBUTORS = Moved("people.new_contributors")
ACTIVE = Active("people.active")
# Under a month, by the month they joined in: how many of them were active.
COHORT = Moved("people.cohort")
MOVED = (NEW_CONTRIBUTORS, ACTIVE, COHORT)
