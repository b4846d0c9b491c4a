"""Who was active, and lives, from nothing: what is moved by differences otherwise, counted whole
from the days of people.

A difference cannot mend what was wrong before it, and says nothing of a month of joining that is
another in another TIME_ZONE. So days, weeks and months are counted whole when they close.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from django.db import connection
from django.db.models import Count, DateField, Exists, Max, OuterRef
from django.db.models.functions import TruncMonth
from django.utils import timezone

from apps.reports.models import WROTE, AuthorDay, AuthorTotal
from apps.reports.rollups import state, totals
from apps.reports.rollups.authors import PERIODS
from apps.reports.rollups.days import DAY, Run
from apps.reports.rollups.locks import turn
from apps.reports.rollups.metric import Total
from apps.reports.rollups.metrics.people import ACTIVE, COHORT, NEW_CONTRIBUTORS
from apps.users.models import User

PEOPLE_AT_ONCE = 20_000
LONGEST = {"week": timedelta(days=7), "month": timedelta(days=31)}
LIVES = """
    INSERT INTO reports_authortotal (author, region, posts, comments, first_day)
    SELECT day.author, COALESCE(person.region, ''), SUM(day.posts), SUM(day.comments),
        MIN(CASE WHEN day.written > 0 THEN day.day END)
    FROM reports_authorday day LEFT JOIN users person ON person.id = day.author
    WHERE day.author BETWEEN %s AND %s
    GROUP BY day.author, person.region
    ON CONFLICT (author) DO UPDATE SET region = excluded.region, posts = excluded.posts,
        comments = excluded.comments, first_day = excluded.first_day
"""
NO_LIVES = """
    DELETE FROM reports_authortotal
    WHERE author BETWEEN %s AND %s AND NOT EXISTS (
        SELECT 1 FROM reports_authorday day WHERE day.author = reports_authortotal.author
    )
"""


def close_periods(span: Run, closing: date) -> None:
    """Count these days, and the weeks and months that have no later day up to `closing`."""
    count_days(span)
    for name, period_of in PERIODS.items():
        start = period_of(span[0])
        while start <= span[1]:
            following = period_of(start + LONGEST[name])
            if min(following - DAY, closing) <= span[1]:
                count_period(name, (start, following - DAY))
            start = following


def count_days(span: Run) -> None:
    wrote = AuthorDay.objects.filter(WROTE, day__range=span).order_by()
    found = wrote.values_list("day").annotate(Count("pk"))
    replace("", span, {Total(day, ACTIVE.name): number for day, number in found})


def count_period(name: str, period: Run) -> None:
    zone = timezone.get_default_timezone()
    month_of_joining = TruncMonth("created_at", tzinfo=zone, output_field=DateField())
    start, wrote = period[0], AuthorDay.objects.filter(WROTE, day__range=period)
    people = wrote.aggregate(number=Count("author", distinct=True))["number"]
    found = {Total(start, ACTIVE.name, name): people} if people else {}
    if name == "month":
        joined = User.objects.filter(Exists(wrote.filter(author=OuterRef("pk")))).order_by()
        for month, number in joined.values_list(month_of_joining).annotate(Count("pk")):
            found[Total(start, COHORT.name, name, str(month))] = number
    replace(name, (start, start), found)


def replace(dimension: str, days: Run, found: dict[Total, int]) -> None:
    kept = totals.stored(days, [ACTIVE.name, COHORT.name])
    totals.replace({at: number for at, number in kept.items() if at.dimension == dimension}, found)


def people() -> Iterator[tuple[int, int]]:
    """Stretches of ids, each a statement that no timeout ends: of ten million posts all of them
    at once take a minute.
    """
    last = max_author()
    for first in range(0, last + 1, PEOPLE_AT_ONCE):
        yield first, first + PEOPLE_AT_ONCE - 1


def max_author() -> int:
    found = (
        AuthorTotal.objects.aggregate(last=Max("pk"))["last"],
        AuthorDay.objects.aggregate(last=Max("author"))["last"],
    )
    return max(filter(None, found), default=0)


def count_lives(some: tuple[int, int]) -> None:
    """Everybody's sums and first day."""
    with turn(), connection.cursor() as cursor:
        cursor.execute(LIVES, some)
        cursor.execute(NO_LIVES, some)


def count_newcomers() -> None:
    """By the first days of people who was new when, and where."""
    with turn():
        kept = totals.stored((date.min, date.max), [NEW_CONTRIBUTORS.name])
        found: Counter[Total] = Counter()
        began = AuthorTotal.objects.filter(first_day__isnull=False).order_by()
        for day, region, number in began.values_list("first_day", "region").annotate(Count("pk")):
            found[Total(day, NEW_CONTRIBUTORS.name)] += number
            found[Total(day, NEW_CONTRIBUTORS.name, "region", region)] += number
        totals.replace(kept, found)
        state.changed()
