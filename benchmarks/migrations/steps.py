"""One migration of a case, and what the clients write beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# Columns of posts → what code before the deploy writes into them.
COLUMNS = {
    "title": "'Title ' || %(n)s",
    "slug": "gen_random_uuid()::text",
    "body": "repeat('x', 200)",
    "status": "'draft'",
    "views": "%(n)s",
    "rating": "NULL",
    "note": "'Note ' || %(n)s",
    "editor_id": "NULL",
    "created_at": "now()",
}


@dataclass(frozen=True)
class Step:
    """One migration, and what the code writes that runs beside it."""

    operations: str
    columns: Mapping[str, str] = field(default_factory=lambda: COLUMNS)
    # Of the stage after the deploy, with the columns of new code.
    is_after: bool = False


def after(operations: str, columns: Mapping[str, str] = COLUMNS) -> Step:
    return Step(operations, columns, is_after=True)
