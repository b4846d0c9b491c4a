"""How far a backfill is, from its row alone."""

from uuid import UUID

# Only what is done is all of it.
ALMOST = 0.99


def fraction(row) -> float:
    """From 0 to 1, by where the cursor is between the first and the last key."""
    if row.state == row.State.DONE:
        return 1.0
    if row.cursor is None:
        return 0.0
    lowest, highest = _number(row.lowest), _number(row.highest)
    if lowest is None or highest is None:
        return min(row.rows_done / max(row.rows_expected, 1), ALMOST)
    walked = max(_number(row.cursor) - lowest, 0)
    return min(walked / max(highest - lowest, 1), ALMOST)


def percent(row) -> int:
    return int(100 * fraction(row))


def rows_in_all(row) -> int:
    """How many rows it will have looked at, by how many there were for each key so far."""
    done = fraction(row)
    return round(row.rows_done / done) if done else row.rows_expected


def seconds_left(row) -> float | None:
    """None while nothing moves."""
    if row.state != row.State.RUNNING or not row.rows_per_second:
        return None
    return (rows_in_all(row) - row.rows_done) / row.rows_per_second


def _number(key: str | None) -> int | None:
    if key is None:
        return None
    return int(key) if key.lstrip("-").isdigit() else UUID(key).int
