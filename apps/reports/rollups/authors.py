"""What each person did on each day, and what follows from it but does not add up over days.

Sums over all time, the first day he wrote on, who was active in a week or a month: these are
moved by the difference between a day's old rows and its new ones, so a day costs what changed on
it, whatever the length of a month or of a life. It needs one refresh at a time.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Count, F, Min, Sum, Value

from apps.reports.models import WROTE, AuthorDay, AuthorTotal
from apps.reports.rollups.days import Run, day_of, moments, month_of, portions, week_of
from apps.reports.rollups.metric import Total
from apps.reports.rollups.metrics.comments import RECEIVED
from apps.reports.rollups.metrics.people import ACTIVE, COHORT, NEW_CONTRIBUTORS
from apps.reports.rollups.metrics.posts import CREATED, PUBLISHED
from apps.reports.rollups.totals import move
from apps.users.models import User

PERIODS = {"week": week_of, "month": month_of}
FIELDS = ("posts", "comments", "written")
Place = tuple[date, int]
Numbers = tuple[int, int, int]
NAMES = [f"{what}_{name}" for what in ("new", "old") for name in FIELDS]
# Rows of the tables and kept ones, of which only those that differ leave the database.
# Sums of big integers are computed digit by digit: 91 ms of a day of 14,000 posts, 71 as integers.
SUMS = {name: f"sum(CAST({name} AS integer))" for name in NAMES}
DIFFER = " OR ".join(f"{SUMS[f'new_{name}']} <> {SUMS[f'old_{name}']}" for name in FIELDS)
CHANGES = f"""
    SELECT day, person, {", ".join(SUMS.values())}
    FROM ({{rows}}) AS found GROUP BY day, person HAVING {DIFFER}
"""  # noqa: S608  # nosec B608  (of our own names)


@dataclass
class Difference:
    """Between old rows and new ones: by author what was added to his sums, and for each place
    where he began (1) or ceased (-1) to have written.
    """

    sums: dict[int, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    wrote: dict[Place, int] = field(default_factory=dict)

    def take(self, place: Place, old: Numbers, new: Numbers) -> None:
        posts, comments = new[0] - old[0], new[1] - old[1]
        if posts or comments:
            sums = self.sums[place[1]]
            sums[0] += posts
            sums[1] += comments
        if bool(old[2]) != bool(new[2]):
            self.wrote[place] = 1 if new[2] else -1

    @property
    def writers(self) -> list[int]:
        return sorted({author for _, author in self.wrote})


def changes(span: Run, using: str = DEFAULT_DB_ALIAS) -> dict[Place, tuple[Numbers, Numbers]]:
    """Where the days' rows are not what the tables say: what they are, and what they should be.

    Compared in the database: of 20,000 people of a day few have changed.
    """
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
    with connections[using].cursor() as cursor:
        cursor.execute(CHANGES.format(rows=sql), parameters)
        return {
            (as_date(day), author): (tuple(map(int, row[3:])), tuple(map(int, row[:3])))
            for day, author, *row in cursor.fetchall()
        }


def as_date(day: date | str) -> date:
    """SQLite has no dates."""
    return date.fromisoformat(day) if isinstance(day, str) else day


def refresh(span: Run) -> bool:
    """Make the days' rows what the tables say, and move with them what follows; whether any
    differed.
    """
    difference, written, gone = Difference(), [], []
    for place, (old, new) in changes(span).items():
        difference.take(place, old, new)
        if any(new):
            written.append(AuthorDay(None, *place, *new))
        else:
            gone.append(place)
    AuthorDay.objects.bulk_create(
        written,
        update_conflicts=True,
        unique_fields=["day", "author"],
        update_fields=FIELDS,
        batch_size=5_000,
    )
    remove(gone)
    deltas = Counter()
    move_authors(difference, deltas)
    move_periods(difference, deltas)
    for (day, _), step in difference.wrote.items():
        deltas[Total(day, ACTIVE.name)] += step
    is_moved = sync_regions(span, deltas)
    return move(deltas) or is_moved or bool(written or gone)


def remove(places: Iterable[Place]) -> None:
    by_day: dict[date, list[int]] = defaultdict(list)
    for day, author in places:
        by_day[day].append(author)
    for day, authors in by_day.items():
        for some in portions(authors):
            AuthorDay.objects.filter(day=day, author__in=some).delete()


def move_authors(difference: Difference, deltas: Counter[Total]) -> None:
    """The sums of each, and his first day; who has nothing left has no row."""
    touched = sorted({*difference.sums, *difference.writers})
    known = {
        row.pk: row for some in portions(touched) for row in AuthorTotal.objects.filter(pk__in=some)
    }
    regions = regions_of([author for author in touched if author not in known])
    firsts, writers = first_days(difference.writers), set(difference.writers)
    kept, gone = [], []
    for author in touched:
        row = known.get(author) or AuthorTotal(
            author=author, region=regions.get(author, ""), posts=0, comments=0
        )
        row.posts += difference.sums[author][0]
        row.comments += difference.sums[author][1]
        if author in writers:
            move_first_day(row, firsts.get(author), deltas)
        is_left = row.posts or row.comments or row.first_day
        (kept if is_left else gone).append(row)
    AuthorTotal.objects.bulk_create(
        kept,
        update_conflicts=True,
        unique_fields=["author"],
        update_fields=["posts", "comments", "first_day"],
        batch_size=5_000,
    )
    for some in portions([row.pk for row in gone]):
        AuthorTotal.objects.filter(pk__in=some).delete()


def move_first_day(row: AuthorTotal, first: date | None, deltas: Counter[Total]) -> None:
    for day, step in ((row.first_day, -1), (first, 1)):
        count_newcomer(day, row.region, step, deltas)
    row.first_day = first


def count_newcomer(day: date | None, region: str, step: int, deltas: Counter[Total]) -> None:
    if day:
        deltas[Total(day, NEW_CONTRIBUTORS.name)] += step
        deltas[Total(day, NEW_CONTRIBUTORS.name, "region", region)] += step


def regions_of(authors: Sequence[int]) -> dict[int, str]:
    users = User.objects.all()
    return {
        pk: region
        for some in portions(authors)
        for pk, region in users.filter(pk__in=some).values_list("pk", "region")
    }


def first_days(authors: Sequence[int]) -> dict[int, date]:
    rows = AuthorDay.objects.filter(WROTE).order_by()
    return {
        author: first
        for some in portions(authors)
        for author, first in rows.filter(author__in=some).values_list("author").annotate(Min("day"))
    }


def move_periods(difference: Difference, deltas: Counter[Total]) -> None:
    """Who is active in a week or month now and was not, or the other way round."""
    if not difference.wrote:
        return
    days = [day for day, _ in difference.wrote]
    now = {name: Counter() for name in PERIODS}
    for day, author in days_written(difference.writers, min(days), max(days)):
        for name, period_of in PERIODS.items():
            now[name][period_of(day), author] += 1
    months = months_of_joining(difference.writers)
    for name, period_of in PERIODS.items():
        moved: Counter = Counter()
        for (day, author), step in difference.wrote.items():
            moved[period_of(day), author] += step
        for (period, author), step in moved.items():
            is_active = now[name][period, author] > 0
            was_active = now[name][period, author] - step > 0
            if is_active != was_active:
                change = 1 if is_active else -1
                deltas[Total(period, ACTIVE.name, name)] += change
                if name == "month" and author in months:
                    deltas[Total(period, COHORT.name, "month", months[author])] += change


def days_written(authors: Sequence[int], first: date, last: date) -> Iterable[Place]:
    """In the weeks and months of these days."""
    start = min(week_of(first), month_of(first))
    # A month or a week later at most; what is beyond the periods touched is not looked at.
    end = date.fromordinal(last.toordinal() + 31)
    for some in portions(authors):
        rows = AuthorDay.objects.filter(WROTE, author__in=some, day__range=(start, end))
        yield from rows.values_list("day", "author")


def months_of_joining(authors: Sequence[int]) -> dict[int, str]:
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
    is_moved = False
    start, end = moments(*span)
    made = User.objects.filter(created_at__gte=start, created_at__lt=end).order_by()
    regions = dict(made.values_list("pk", "region"))
    for some in portions(list(regions)):
        for row in AuthorTotal.objects.filter(pk__in=some):
            if row.region != regions[row.pk]:
                count_newcomer(row.first_day, row.region, -1, deltas)
                count_newcomer(row.first_day, regions[row.pk], 1, deltas)
                AuthorTotal.objects.filter(pk=row.pk).update(region=regions[row.pk])
                is_moved = True
    return is_moved
