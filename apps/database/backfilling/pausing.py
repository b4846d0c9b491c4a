"""Whoever watches a backfill may stop it for a while, from any process."""

from apps.database.expressions import ClockTime

from .checkpoint import rows


class NotUnderWay(Exception):
    """There is no backfill of that name, or none that can be paused, or resumed, just now."""


def pause(name: str, by: str, reason: str = "", *, using: str = "default") -> None:
    """It stops after its batch, and waits. Raises NotUnderWay."""
    states = rows().model.State
    note = f"paused by {by}: {reason}" if reason else f"paused by {by}"
    _turn(name, {states.RUNNING, states.WAITING}, states.PAUSED, note, using)


def resume(name: str, by: str, *, using: str = "default") -> None:
    """Who waits for it goes on at once; else the next run does. Raises NotUnderWay."""
    states = rows().model.State
    note = f"resumed by {by}; goes on with the next `migrate` or `backfill run`"
    _turn(name, {states.PAUSED}, states.WAITING, note, using)


def _turn(name: str, before: set, state: str, note: str, using: str) -> None:
    changes = {"state": state, "note": note, "rows_per_second": 0}
    found = rows(using).filter(name=name)
    if found.filter(state__in=before).update(updated_at=ClockTime(), **changes):
        return
    row = found.first()
    stands = f"{name} is {row.get_state_display().lower()}" if row else f"There is no {name}"
    raise NotUnderWay(f"{stands}; `manage.py backfill list` shows them all.")
