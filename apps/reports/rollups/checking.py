"""Proof that the kept numbers are what the tables say, a few days at a time.

Each part is read in one snapshot, marks first: days that are open or marked are left to the
refresh, and counted. What is moved by differences is computed here in another way: from the rows
of a whole week or month, and of whole lives.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.models import Count, Min, Sum

from apps.reports.models import WROTE, AuthorDay, AuthorTotal
from apps.reports.rollups import authors, state, totals
from apps.reports.rollups.authors import PERIODS, months_of_joining
from apps.reports.rollups.days import DAY, Run, runs, today
from apps.reports.rollups.metric import Total
from apps.reports.rollups.metrics.people import ACTIVE, COHORT, NEW_CONTRIBUTORS, SIGNED_UP
from apps.reports.rollups.refresh import parts_by_metrics, truth
from apps.reports.rollups.whole import max_author

AUTHORS_AT_ONCE = 5_000
DAYS_AT_ONCE = 7


@dataclass(frozen=True)
class Difference:
    what: str
    kept: object
    true: object

    def __str__(self) -> str:
        return f"{self.what} is kept as {self.kept}, the tables say {self.true}"


@dataclass
class Part:
    """`days` were compared, `left_out` are to be computed again anyway."""

    days: int = 0
    left_out: int = 0
    differences: list[Difference] = field(default_factory=list)


def check() -> Iterator[Part]:
    """Compare every closed day, then people and periods."""
    day, until = state.first_day(), state.closed_until()
    last_closed = until or day - DAY
    # Of today nothing is kept.
    yield Part(left_out=(today() - last_closed).days - 1)
    if until is None:
        return
    while day <= until:
        last = min(day + timedelta(days=DAYS_AT_ONCE - 1), until)
        yield check_days((day, last))
        day = last + DAY
    yield from check_authors()
    yield from check_periods()


@contextmanager
def snapshot() -> Iterator[None]:
    # A test that is rolled back is a transaction already, whose level cannot be set any more.
    begins = not connection.in_atomic_block
    with deferred(), transaction.atomic():
        if begins and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


@contextmanager
def deferred() -> Iterator[None]:
    """On SQLite: a transaction that only reads begins without the lock that keeps all others from
    writing; ours begin with it otherwise.
    """
    # A new connection sets the mode anew.
    connection.ensure_connection()
    mode = getattr(connection, "transaction_mode", None)
    if mode is not None:
        connection.transaction_mode = "DEFERRED"
    try:
        yield
    finally:
        if mode is not None:
            connection.transaction_mode = mode


def check_days(span: Run) -> Part:
    with snapshot():
        dirty = state.reach().dirty_days(*span)
        part = Part(left_out=len(dirty))
        clean = [date.fromordinal(n) for n in range(span[0].toordinal(), span[1].toordinal() + 1)]
        for run in runs(set(clean) - set(dirty)):
            part.days += (run[1] - run[0]).days + 1
            for metrics, some in parts_by_metrics(run):
                kept = totals.stored(some, [metric.name for metric in metrics])
                part.differences += compare(kept, truth(some, metrics))
            part.differences += [
                Difference(f"author {author} on {day}", old, new)
                for (day, author), (old, new) in sorted(authors.changes(run).items())
            ]
            kept = stored_of(*run, ACTIVE.name, "")
            part.differences += compare(kept, ACTIVE.totals([run]))
            part.differences += differences_of_regions(run)
        return part


def compare(kept: Mapping, true: Mapping) -> list[Difference]:
    places = [place for place in {*kept, *true} if kept.get(place) != true.get(place)]
    return [
        Difference(name_of(place), kept.get(place), true.get(place)) for place in sorted(places)
    ]


def name_of(place: Total | tuple) -> str:
    if isinstance(place, Total):
        day, *names = place
        return " ".join(filter(None, [*names, str(day)]))
    return " ".join(map(str, place))


def differences_of_regions(span: Run) -> list[Difference]:
    joined = dict(SIGNED_UP.within(span, DEFAULT_DB_ALIAS).values_list("pk", "region"))
    kept = dict(AuthorTotal.objects.filter(pk__in=list(joined)).values_list("pk", "region"))
    true = {pk: joined[pk] for pk in kept}
    return compare(
        {("region of", pk): region for pk, region in kept.items()},
        {("region of", pk): region for pk, region in true.items()},
    )


def check_authors() -> Iterator[Part]:
    """Each person's sums and first day against his days, which have been proved."""
    last = max_author()
    for after in range(0, last + 1, AUTHORS_AT_ONCE):
        span = (after, after + AUTHORS_AT_ONCE - 1)
        with snapshot():
            kept = {
                ("author", pk): tuple(row)
                for pk, *row in AuthorTotal.objects.filter(pk__range=span).values_list(
                    "pk", "posts", "comments", "first_day"
                )
            }
            rows = AuthorDay.objects.filter(author__range=span).order_by().values_list("author")
            sums = rows.annotate(Sum("posts"), Sum("comments"), first=Min("day", filter=WROTE))
            true = {("author", author): tuple(row) for author, *row in sums}
            part = Part(differences=compare(kept, true))
        yield part


def check_periods() -> Iterator[Part]:
    """Who was active in each week and month, and who was new, against the days of people."""
    first = AuthorDay.objects.aggregate(first=Min("day"))["first"] or today()
    for name, period_of in PERIODS.items():
        start = period_of(first)
        while start <= today():
            end = period_of(start + timedelta(days=31 if name == "month" else 7))
            with snapshot():
                part = Part(differences=differences_of_period(name, start, end - DAY))
            # Outside: who reads it may write, and nobody should wait for him.
            yield part
            start = end
    with snapshot():
        part = Part(differences=differences_of_newcomers())
    yield part


def differences_of_period(name: str, start: date, last: date) -> list[Difference]:
    rows = AuthorDay.objects.filter(WROTE, day__range=(start, last))
    writers = sorted(set(rows.values_list("author", flat=True)))
    true = Counter({Total(start, ACTIVE.name, name): len(writers)} if writers else {})
    kept = stored_of(start, start, ACTIVE.name, name)
    if name == "month":
        true.update(
            Total(start, COHORT.name, name, month) for month in months_of_joining(writers).values()
        )
        kept |= stored_of(start, start, COHORT.name, name)
    return compare(kept, true)


def differences_of_newcomers() -> list[Difference]:
    true: Counter[Total] = Counter()
    rows = AuthorTotal.objects.filter(first_day__isnull=False).order_by()
    for day, region, number in rows.values_list("first_day", "region").annotate(Count("pk")):
        true[Total(day, NEW_CONTRIBUTORS.name)] += number
        true[Total(day, NEW_CONTRIBUTORS.name, "region", region)] += number
    kept = stored_of(date.min, date.max, NEW_CONTRIBUTORS.name)
    return compare(kept, true)


def stored_of(first: date, last: date, metric: str, dimension: str | None = None) -> dict:
    found = totals.stored((first, last), [metric])
    return {
        total: value
        for total, value in found.items()
        if dimension is None or total.dimension == dimension
    }
