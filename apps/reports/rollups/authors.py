"""What each person did on each day, and what follows from it but does not add up over days.

Sums over all time, the first day he wrote on, who was active in a week or a month: these are
moved by the difference between a day's old rows and its new ones, so a day costs what changed on
it, whatever the length of a month or of a life. It needs one refresh at a time.

The rows stay in the database: of ten million posts 23,000 people have one on a day, and with each
of them through Python a day took 4.6 s of processor time where these statements take 0.6.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Count, Exists, F, OuterRef, QuerySet, Sum, Value
from django.utils import timezone

from apps.reports.models import AuthorDay, AuthorTotal
from apps.reports.rollups import author_statements as statements
from apps.reports.rollups.days import Run, day_of, moments, month_of, portions, week_of
from apps.reports.rollups.metric import Total
from apps.reports.rollups.metrics.comments import RECEIVED
from apps.reports.rollups.metrics.people import ACTIVE, COHORT, NEW_CONTRIBUTORS
from apps.reports.rollups.metrics.posts import CREATED, PUBLISHED
from apps.reports.rollups.totals import move
from apps.users.models import User

# From so many changes on they are looked at before they are joined with: taken for 200 people,
# they were looked up one by one, half of a batch's time.
MANY = 5_000
PERIODS = {"week": week_of, "month": month_of}
FIELDS = ("posts", "comments", "written")
Place = tuple[date, int]
Numbers = tuple[int, int, int]
NAMES = [f"{what}_{name}" for what in ("new", "old") for name in FIELDS]
# Sums of big integers are computed digit by digit: 91 ms of a day of 14,000 posts, 71 as integers.
SUMS = {name: f"sum(CAST({name} AS integer))" for name in NAMES}
DIFFER = " OR ".join(f"{SUMS[f'new_{name}']} <> {SUMS[f'old_{name}']}" for name in FIELDS)
CHANGES = f"""
    SELECT day, person, {", ".join(SUMS.values())}
    FROM ({{rows}}) AS found GROUP BY day, person HAVING {DIFFER}
"""  # noqa: S608  # nosec B608  (of our own names)


def changes(span: Run, using: str = DEFAULT_DB_ALIAS) -> dict[Place, tuple[Numbers, Numbers]]:
    """Where the days' rows are not what the tables say: what they are, and what they should be."""
    return {
        (as_date(day), author): (tuple(map(int, row[3:])), tuple(map(int, row[:3])))
        for day, author, *row in rows_of(*changes_sql(span, using), using=using)
    }


def changes_sql(span: Run, using: str = DEFAULT_DB_ALIAS) -> tuple[str, tuple]:
    """Rows of the tables and kept ones, compared in the database."""
    zero = Value(0)
    facts = {
        "posts": PUBLISHED.within(span, using),
        "begun": CREATED.within(span, using),
        "said": RECEIVED.within(span, using).filter(author__isnull=False),
    }
    kept = AuthorDay.objects.using(using).filter(day__range=span)
    numbers = (
        ("author_id", Count("pk"), Sum("comment_count"), zero, zero, zero, zero),
        ("author_id", zero, zero, Count("pk"), zero, zero, zero),
        ("author_id", zero, zero, Count("pk"), zero, zero, zero),
        ("author", zero, zero, zero, F("posts"), F("comments"), F("written")),
    )
    parts = [
        rows.order_by()
        .values("day")
        .annotate(person=F(person), **dict(zip(NAMES, row, strict=True)))
        for rows, (person, *row) in zip([*facts.values(), kept], numbers, strict=True)
    ]
    sql, parameters = parts[0].union(*parts[1:], all=True).query.get_compiler(using).as_sql()
    return CHANGES.format(rows=sql), parameters


def refresh(span: Run) -> bool:
    """Make the days' rows what the tables say, and move with them what follows; whether any
    differed.
    """
    deltas: Counter[Total] = Counter()
    are_changed = rewrite(span, deltas)
    is_moved = sync_regions(span, deltas)
    return move(deltas) or is_moved or are_changed


def rewrite(span: Run, deltas: Counter[Total]) -> bool:
    """Whether there was anything to write."""
    sql, parameters = changes_sql(span)
    run(statements.CREATE)
    number = run(statements.FILL + sql, parameters)
    if number > MANY and connection.vendor == "postgresql":
        run(statements.ANALYZE)
    if number:
        run(statements.WRITE_DAYS)
        run(statements.REMOVE_DAYS)
        count_newcomers(-1, deltas)
        run(statements.WRITE_AUTHORS)
        run(statements.REMOVE_AUTHORS)
        count_newcomers(1, deltas)
        move_days(span, deltas)
    run(statements.DROP)
    return bool(number)


def count_newcomers(step: int, deltas: Counter[Total]) -> None:
    for first, region, number in rows_of(statements.NEWCOMERS):
        count_newcomer(as_date(first), region, step * number, deltas)


def count_newcomer(day: date | None, region: str, step: int, deltas: Counter[Total]) -> None:
    if day:
        deltas[Total(day, NEW_CONTRIBUTORS.name)] += step
        deltas[Total(day, NEW_CONTRIBUTORS.name, "region", region)] += step


def move_days(span: Run, deltas: Counter[Total]) -> None:
    """Who was active on these days, and in their weeks and months."""
    for day, step in rows_of(statements.WRITERS):
        deltas[Total(as_date(day), ACTIVE.name)] += step
    for name in PERIODS:
        for start, end in periods(span, name):
            for joined, step in active_in(start, end):
                deltas[Total(start, ACTIVE.name, name)] += step
                if name == "month" and joined:
                    month = str(month_of(as_date(joined)))
                    deltas[Total(start, COHORT.name, name, month)] += step


def periods(span: Run, name: str) -> Iterable[Run]:
    """The weeks or months that the days lie in, each with the first day of the next."""
    period_of = PERIODS[name]
    start = period_of(span[0])
    while start <= span[1]:
        end = period_of(start + timedelta(days=7 if name == "week" else 31))
        yield start, end
        start = end


def active_in(start: date, end: date) -> Iterable[tuple]:
    zone = timezone.get_default_timezone_name()
    joined, parameters = connection.ops.datetime_cast_date_sql("users.created_at", (), zone)
    days = [connection.ops.adapt_datefield_value(day) for day in (start, end)]
    return rows_of(statements.ACTIVE_IN.format(joined=joined), [*parameters, *days, *days])


def months_of_joining(authors: list[int]) -> dict[int, str]:
    """The first day of the month, as the key of a cohort."""
    return {
        pk: str(month_of(day_of(created_at)))
        for some in portions(authors)
        for pk, created_at in User.objects.filter(pk__in=some).values_list("pk", "created_at")
    }


def sync_regions(span: Run, deltas: Counter[Total]) -> bool:
    """An account's region may change, in the trash too; the day it was made on is marked then.
    Whether any did.
    """
    found = [*moved_away(User.objects.live(), span), *moved_away(User.objects.trashed(), span)]
    for author, region in found:
        row = AuthorTotal.objects.get(pk=author)
        count_newcomer(row.first_day, row.region, -1, deltas)
        count_newcomer(row.first_day, region, 1, deltas)
        AuthorTotal.objects.filter(pk=author).update(region=region)
    return bool(found)


def moved_away(users: QuerySet, span: Run) -> QuerySet:
    """Id and region of those made in these days whose sums stand under another region.

    Of either standing, each served by an index: asked for together all accounts were read.
    """
    start, end = moments(*span)
    own = AuthorTotal.objects.filter(pk=OuterRef("pk")).exclude(region=OuterRef("region"))
    made = users.filter(Exists(own), created_at__gte=start, created_at__lt=end)
    return made.order_by().values_list("pk", "region")


def run(sql: str, parameters: Iterable = ()) -> int:
    """How many rows it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.rowcount


def rows_of(sql: str, parameters: Iterable = (), using: str = DEFAULT_DB_ALIAS) -> list[tuple]:
    with connections[using].cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def as_date(day: date | str | None) -> date | None:
    """SQLite has no dates."""
    return date.fromisoformat(day) if isinstance(day, str) else day
