"""Who has an object open at this moment, as far as the cache can tell."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from apps.activity.wording import SOMEBODY
from apps.backoffice import gatherings

# A page says every 15 s that it is open; a tab that died is forgotten after two that did not come.
STAYS_SECONDS = 40


class State(StrEnum):
    """What a tab is used for, from the weakest; `UNSAVED`: changes were typed."""

    READING = "reading"
    EDITING = "editing"
    UNSAVED = "unsaved"


STRENGTH = {state: place for place, state in enumerate(State)}


@dataclass(frozen=True)
class Person:
    """Everything he does in all his tabs: the strongest state, the earliest time."""

    user_id: int
    name: str
    state: State
    since: datetime


@dataclass(frozen=True)
class Tab:
    """One page that somebody has open; its key is made anew each time the page is loaded."""

    model_label: str
    object_id: int
    user_id: int
    key: str

    @property
    def place(self) -> str:
        return place_of(self.model_label, self.object_id)

    @property
    def member(self) -> str:
        return f"{self.user_id}:{self.key}"


def place_of(model_label: str, object_id: int) -> str:
    return f"presence:{model_label}:{object_id}"


def beat(tab: Tab, name: str, state: State) -> list[Person] | None:
    """Say that a tab is open; gives who else has the object open, oneself for other tabs too.

    None if nobody can tell.
    """
    members = gatherings.join(tab.place, tab.member, f"{state} {name}", seconds=STAYS_SECONDS)
    return None if members is None else people(members)


def leave(tab: Tab) -> None:
    gatherings.leave(tab.place, tab.member)


def editors_of(model_label: str, object_id: int, *, but: int | None = None) -> list[str]:
    """The names of who has an object ("posts.post") open to edit it, unsaved changes first.

    Empty where nobody can tell; `but` leaves out a person by his id.
    """
    everybody = people(gatherings.present(place_of(model_label, object_id)) or [])
    return [
        person.name
        for person in everybody
        if person.state is not State.READING and person.user_id != but
    ]


def saver_of(model_label: str, object_id: int, *, but: int) -> str:
    """Who most likely holds the object's lock: the one who has it open too."""
    editors = editors_of(model_label, object_id, but=but)
    return editors[0] if editors else SOMEBODY


def people(members: Iterable[gatherings.Member]) -> list[Person]:
    """Each person once, however many tabs he has; unsaved changes first, then who came first."""
    found: dict[int, Person] = {}
    for member in members:
        user_id = int(member.name.partition(":")[0])
        state, _, name = member.note.partition(" ")
        state, since = State(state), member.since
        if seen := found.get(user_id):
            state = max(state, seen.state, key=STRENGTH.__getitem__)
            since = min(since, seen.since)
        found[user_id] = Person(user_id, name, state, since)
    return sorted(found.values(), key=lambda one: (-STRENGTH[one.state], one.since, one.name))
