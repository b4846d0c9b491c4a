"""What an open page says of itself every fifteen seconds, and what it is told."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.contrib.humanize.templatetags.humanize import apnumber
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone

from apps.activity.models import AuditEntry
from apps.activity.wording import SOMEBODY, done, maker
from apps.backoffice.rows import short_time
from apps.editing.presence import Person, State

TAB = re.compile(r"[0-9a-z]{8,32}")
LARGEST_ID = 2**63 - 1
LARGEST_VERSION = 2**31 - 1


@dataclass(frozen=True)
class Beat:
    """`version` is the one that the page was opened at."""

    type: str
    id: int
    version: int
    state: State
    tab: str
    leaving: bool = False

    @classmethod
    def read(cls, body: bytes) -> Self:
        """Raises ValueError for anything but such an object."""
        try:
            values = json.loads(body)
            beat = cls(**values)
        except (TypeError, RecursionError) as error:
            raise ValueError("not a heartbeat") from error
        beat._check()
        return cls(**{**values, "state": State(beat.state)})

    def _check(self) -> None:
        if not (
            isinstance(self.type, str)
            and _is_whole(self.id, LARGEST_ID)
            and _is_whole(self.version, LARGEST_VERSION)
            and isinstance(self.state, str)
            and isinstance(self.tab, str)
            and TAB.fullmatch(self.tab)
            and isinstance(self.leaving, bool)
        ):
            raise ValueError("not a heartbeat")


def _is_whole(value: Any, largest: int) -> bool:
    # True is an int for Python.
    return type(value) is int and 0 < value <= largest


def answer(people: list[Person] | None, user_id: int, saved: dict | None) -> dict[str, Any]:
    """`others`: name, state, since; `own`: this person's state in other tabs; `saved`."""
    people = people or []
    return {
        "others": [
            {"name": one.name, "state": one.state, "since": one.since.isoformat()}
            for one in people
            if one.user_id != user_id
        ],
        "own": next((one.state for one in people if one.user_id == user_id), None),
        "saved": saved,
    }


def saved_since(obj: Model, opened_at: int, user_id: int) -> dict[str, Any] | None:
    """The version that came since a page was opened: who made it, when, where to see it."""
    if obj.version <= opened_at:
        return None
    options = obj._meta
    history = reverse(f"admin:{options.app_label}_{options.model_name}_history", args=[obj.pk])
    entries = AuditEntry.objects.of_object(options.label_lower, obj.pk)
    columns = ["at", "actor_id", "actor_label", "action", "source"]
    entry = entries.filter(version=obj.version).values(*columns).first()
    return {
        "version": obj.version,
        "by": who(entry, user_id) if entry else SOMEBODY,
        "when": ago(entry["at"]) if entry else "",
        "what": "" if entry is None or entry["action"] == "change" else done(entry["action"]),
        "address": f"{history}?from={opened_at}&to={obj.version}",
    }


def who(entry: dict[str, Any], user_id: int) -> str:
    if entry["actor_id"] == user_id:
        return "You"
    return maker(entry["actor_label"], entry["source"])


def ago(moment: datetime) -> str:
    """`just now`, `two minutes ago`; after an hour the time itself."""
    minutes = int((timezone.now() - moment).total_seconds()) // 60
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return "a minute ago" if minutes == 1 else f"{apnumber(minutes)} minutes ago"
    return f"on {short_time(moment)}"
