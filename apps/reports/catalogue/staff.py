"""What the staff does, by whom and what; from the entries."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from apps.activity.recorded import recorded_as
from apps.activity.wording import done
from apps.reports.charts import Bars, Lines
from apps.reports.daily import by_key, daily
from apps.reports.links import ObjectLink
from apps.reports.periods import Period
from apps.reports.question import Question
from apps.reports.report import STAFF, Report, RowOf, Series, Table, column, register
from apps.reports.rollups.metrics.staff import ACTIONS
from apps.reports.units import TEXT
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
ALL = "Everything written down that a person did: each object he changed is one."
WHO = "Who did something; in the total nobody twice."
MOVED = "Posts submitted, returned, scheduled, published, archived."


@dataclass(frozen=True, slots=True)
class StaffRow:
    period: Period
    actions: int = column("Actions", ALL, headline=True)
    people: int = column("People", WHO, adds_up=False, headline=True)


@dataclass(frozen=True, slots=True)
class PersonRow:
    id: int
    name: str = column("Person", unit=TEXT, link=ObjectLink("users.user", "id"))
    actions: int = column("Actions in all", "What the person did in the period.")
    added: int = column("Added", "Objects made.")
    saved: int = column("Saved", "Objects changed.")
    moved: int = column("Moved on", MOVED)
    judged: int = column("Judged", "Comments approved, removed or marked as spam.")
    binned: int = column("Trash", "Moved to the trash, restored, or removed for good.")
    other: int = column("Other", "Everything else: downloads, suspensions, passwords.")


@dataclass(frozen=True, slots=True)
class ActionRow:
    action: str = column("Action", unit=TEXT)
    of: str = column("Of", unit=TEXT)
    times: int = column("Times", "Objects that the action was done to.")


def rows(question: Question) -> RowOf[StaffRow]:
    by_actor = daily(ACTIONS, question, "actor")
    return lambda days: StaffRow(
        days, by_actor.over(days), sum(map(bool, by_actor.by_key(days).values()))
    )


def people(question: Question) -> list[PersonRow]:
    """Who did most first."""
    of: dict[int, Counter[str]] = defaultdict(Counter)
    counted = by_key(ACTIONS, question, "actor action")
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
    counted = by_key(ACTIONS, question, "what")
    found = [ActionRow(*in_words(what), number) for what, number in counted.items() if number]
    return sorted(found, key=lambda row: (-row.times, row.of, row.action))


def in_words(what: str) -> tuple[str, str]:
    """ "posts.post publish": Published, posts."""
    object_type, _, action = what.rpartition(" ")
    recorded = recorded_as(object_type)
    return done(action), str(recorded.model._meta.verbose_name_plural) if recorded else object_type


register(
    Report(
        slug="staff",
        title="Staff activity",
        summary="What the staff does: how much, who, and what.",
        group=STAFF,
        place=1,
        tables=[
            Series("Staff activity", StaffRow, rows, Lines(["actions"])),
            Table("By person", PersonRow, people, Bars("name", "actions"), name="people"),
            Table("By action", ActionRow, actions, name="actions"),
        ],
    )
)
