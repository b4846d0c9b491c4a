"""Which changes of a column's type PostgreSQL makes without looking at a row."""

import re

SIZED = re.compile(r"(varchar|numeric)\((\d+)(?:, *(\d+))?\)")


def is_free_cast(old: str, new: str) -> bool:
    """Whether `old` becomes `new` in the catalogue alone: varchar gets wider, or loses its end."""
    if old == new or {old, new} == {"varchar", "text"}:
        return True
    before, after = SIZED.fullmatch(old), SIZED.fullmatch(new)
    if not before:
        return False
    if not after:
        return new in {"varchar": ("varchar", "text"), "numeric": ("numeric",)}[before[1]]
    # Another number of decimal places is another value.
    return (before[1], before[3]) == (after[1], after[3]) and int(before[2]) <= int(after[2])


def length_of(kind: str) -> int | None:
    """The length that a varchar ends at."""
    match = SIZED.fullmatch(kind)
    return int(match[2]) if match and match[1] == "varchar" else None


def digits_of(kind: str) -> int | None:
    """How many digits a numeric has before the point."""
    match = SIZED.fullmatch(kind)
    return int(match[2]) - int(match[3] or 0) if match and match[1] == "numeric" else None
