"""Posts on their way: begun, submitted, scheduled, published, archived; and the most discussed."""

from collections import Counter
from collections.abc import Sequence

from django.db import DEFAULT_DB_ALIAS
from django.db.models import DateTimeField, F, OuterRef, QuerySet, Subquery, Window
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Coalesce, RowNumber

from apps.activity.models import AuditEntry
from apps.posts.actions.schedule import LATE_AFTER
from apps.posts.models import Comment, Post
from apps.reports.rollups.days import Run
from apps.reports.rollups.metric import Durations, Few, Metric, Total

BEST = 100


def live() -> QuerySet:
    return Post.objects.live()


def submitted() -> QuerySet:
    return live().filter(submitted_at__isnull=False)


def published() -> QuerySet:
    """That still are."""
    return Post.objects.published()


def discussed() -> QuerySet:
    """Published ones with their first comment."""
    comments = Comment.objects.counted().filter(post=OuterRef("pk")).order_by("created_at", "id")
    return (
        published()
        .filter(comment_count__gt=0)
        .annotate(
            began=Coalesce("first_published_at", "published_at"),
            first_comment=Subquery(comments.values("created_at")[:1]),
        )
    )


def steps(action: str) -> QuerySet:
    """No column says when, so the entries do; of posts that are gone too."""
    return AuditEntry.objects.filter(object_type=Post._meta.label_lower, action=action)


def first_publications() -> QuerySet:
    """Of drafts, with their beginning; what came by COPY has none."""
    beginning = AuditEntry.objects.filter(
        object_type=OuterRef("object_type"), object_id=OuterRef("object_id"), version=1
    )
    found = steps("publish").filter(changes__has_key="first_published_at")
    return found.annotate(began=Subquery(beginning.values("at")[:1]))


def missed() -> QuerySet:
    """Publications of scheduled posts after their time, by the worker or by hand."""
    due = Cast(KeyTextTransform(0, KeyTransform("publish_at", "changes")), DateTimeField())
    found = steps("publish").filter(changes__has_key="publish_at").annotate(due=due)
    return found.filter(due__lt=F("at") - LATE_AFTER)


class MostCommented(Metric):
    """The best of a day by their comments; a period's best are among the best of its days."""

    def grouped(self, facts: QuerySet, columns: list[str]) -> QuerySet:
        place = Window(
            RowNumber(),
            partition_by=[F("day")],
            order_by=[F("comment_count").desc(), F("id").desc()],
        )
        best = facts.filter(comment_count__gt=0).annotate(place=place).filter(place__lte=BEST)
        return best.values_list("day", *columns, "comment_count")

    def totals(
        self,
        spans: Sequence[Run],
        dimensions: Sequence[str] | None = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> Counter[Total]:
        # Ranked among each other, so of one span after the other.
        found: Counter[Total] = Counter()
        for span in spans:
            found |= super().totals([span], dimensions, using)
        return found


BY = {"category": "category_id", "kind": "kind"}
CREATED = Metric("posts.created", live, "created_at", BY)
SUBMITTED = Metric("posts.submitted", submitted, "submitted_at", BY)
PUBLISHED = Metric("posts.published", published, "published_at", BY)
SCHEDULED = Metric("posts.scheduled", lambda: steps("schedule"), "at")
ARCHIVED = Metric("posts.archived", lambda: steps("archive"), "at")
MISSED = Few("posts.missed", missed, "at", {"post": "object_id"})
TO_PUBLISH = Durations("posts.time_to_publish", first_publications, "at", start="began", end="at")
TO_FIRST_COMMENT = Durations(
    "posts.time_to_first_comment",
    discussed,
    "published_at",
    start="began",
    end="first_comment",
)
MOST_COMMENTED = MostCommented(
    "posts.most_commented",
    published,
    "published_at",
    {"post": "pk"},
    has_total=False,
)
METRICS = (
    CREATED, SUBMITTED, SCHEDULED, PUBLISHED, ARCHIVED, MISSED,
    TO_PUBLISH, TO_FIRST_COMMENT, MOST_COMMENTED,
)  # fmt: skip
