"""Whoever watches a backfill may stop it for a while, from any process."""

from apps.database.expressions import ClockTime

from .checkpoint import rows


class NotUnderWay(Exception):
    """There is no backfill of that name, or none that can be paused, or resumed, just now."""


def pause(name: str, by: str, reason: str = "") -> None:
    """It stops after its batch, and waits. Raises NotUnderWay."""
    states = rows().model.State
    note = f"paused by {by}{f': {reason}' if reason else ''}"
    _turn(name, {states.RUNNING, states.WAITING}, states.PAUSED, note)


def resume(name: str, by: str) -> None:
    """Who waits for it goes on at once; else the next run does. Raises NotUnderWay."""
    states = rows().model.State
    note = f"resumed by {by}; goes on with the next `migrate` or `backfill run`"
    _turn(name, {states.PAUSED}, states.WAITING, note)


def _turn(name: str, before: set, state: str, note: str) -> None:
    changes = {"state": state, "note": note, "rows_per_second": 0}
    if rows().filter(name=name, state__in=before).update(updated_at=ClockTime(), **changes):
        return
    row = rows().filter(name=name).first()
    raise NotUnderWay(
        f"{name} is {row.get_state_display().lower()}." if row else f"There is no backfill {name}."
    )
