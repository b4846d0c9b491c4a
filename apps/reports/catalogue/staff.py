"""What the staff does, by whom and what; from the entries."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from apps.activity.recorded import recorded_as
from apps.activity.wording import done
from apps.reports.charts import Bars, Lines
from apps.reports.daily import daily
from apps.reports.links import ObjectLink
from apps.reports.periods import Period
from apps.reports.question import Question
from apps.reports.report import STAFF, Column, Report, Table, register
from apps.reports.rollups.metrics.staff import ACTIONS
from apps.reports.units import PERIOD, TEXT
from apps.users.models import User

# What a column counts; whatever else there is stands in the last.
KINDS = {
    "create": "added",
    "change": "saved",
    **dict.fromkeys(("submit", "return", "schedule", "publish", "archive"), "moved"),
    **dict.fromkeys(("approve", "spam", "remove"), "judged"),
    **dict.fromkeys(("trash", "restore", "delete", "purge"), "binned"),
}
COUNTED = ("added", "saved", "moved", "judged", "binned", "other")


@dataclass(frozen=True, slots=True)
class StaffRow:
    period: Period
    actions: int
    people: int


@dataclass(frozen=True, slots=True)
class PersonRow:
    id: int
    name: str
    actions: int
    added: int
    saved: int
    moved: int
    judged: int
    binned: int
    other: int


@dataclass(frozen=True, slots=True)
class ActionRow:
    action: str
    of: str
    times: int


def rows(question: Question) -> list[StaffRow]:
    by_actor = daily(ACTIONS, question, "actor")
    return [
        StaffRow(bucket, by_actor.over(bucket), sum(map(bool, by_actor.by_key(bucket).values())))
        for bucket in question.buckets
    ]


def totals(question: Question) -> dict[str, int]:
    """Nobody is counted twice."""
    by_actor = daily(ACTIONS, question, "actor").by_key(question.period)
    return {"people": sum(map(bool, by_actor.values()))}


def people(question: Question) -> list[PersonRow]:
    """Who did most first."""
    of: dict[int, Counter[str]] = defaultdict(Counter)
    counted = daily(ACTIONS, question, "actor action").by_key(question.period)
    for key, number in counted.items():
        actor, _, action = key.partition(" ")
        of[int(actor)][KINDS.get(action, "other")] += number
    users = User.objects.using(question.using).filter(pk__in=list(of))
    names = dict(users.values_list("pk", "name"))
    found = [
        PersonRow(
            actor,
            names.get(actor, f"Person {actor}, gone"),
            kinds.total(),
            *(kinds[name] for name in COUNTED),
        )
        for actor, kinds in of.items()
    ]
    return sorted((row for row in found if row.actions), key=lambda row: (-row.actions, row.name))


def actions(question: Question) -> list[ActionRow]:
    """The most frequent first."""
    counted = daily(ACTIONS, question, "what").by_key(question.period)
    found = [ActionRow(*in_words(what), number) for what, number in counted.items() if number]
    return sorted(found, key=lambda row: (-row.times, row.of, row.action))


def in_words(what: str) -> tuple[str, str]:
    """ "posts.post publish": Published, posts."""
    object_type, _, action = what.rpartition(" ")
    recorded = recorded_as(object_type)
    return done(action), str(recorded.model._meta.verbose_name_plural) if recorded else object_type


SERIES = Table(
    title="Staff activity",
    row=StaffRow,
    rows=rows,
    totals=totals,
    chart=Lines(["actions"]),
    columns=[
        Column("period", "Day", unit=PERIOD),
        Column(
            "actions",
            "Actions",
            "Everything written down that a person did: each object he changed is one.",
            headline=True,
        ),
        Column(
            "people",
            "People",
            "Who did something; in the total nobody twice.",
            adds_up=False,
            headline=True,
        ),
    ],
)
PEOPLE = Table(
    name="people",
    title="By person",
    row=PersonRow,
    rows=people,
    chart=Bars("name", "actions"),
    columns=[
        Column("name", "Person", unit=TEXT, link=ObjectLink("users.user", "id")),
        Column("actions", "Actions in all", "What the person did in the period."),
        Column("added", "Added", "Objects made."),
        Column("saved", "Saved", "Objects changed."),
        Column("moved", "Moved on", "Posts submitted, returned, scheduled, published, archived."),
        Column("judged", "Judged", "Comments approved, removed or marked as spam."),
        Column("binned", "Trash", "Moved to the trash, restored, or removed for good."),
        Column("other", "Other", "Everything else: downloads, suspensions, passwords."),
    ],
)
BY_ACTION = Table(
    name="actions",
    title="By action",
    row=ActionRow,
    rows=actions,
    columns=[
        Column("action", "Action", unit=TEXT),
        Column("of", "Of", unit=TEXT),
        Column("times", "Times", "Objects that the action was done to."),
    ],
)

register(
    Report(
        slug="staff",
        title="Staff activity",
        summary="What the staff does: how much, who, and what.",
        group=STAFF,
        tables=[SERIES, PEOPLE, BY_ACTION],
    )
)
