"""Statements that keep others out, and what Django's own operation does instead."""

import re
from dataclasses import dataclass

from .volatility import KNOWN

STANDS_STILL = "under ACCESS EXCLUSIVE, and nobody reads or writes the table until it is done."


@dataclass(frozen=True)
class Hazard:
    """`pattern` finds it in a statement without comments, on one line."""

    pattern: re.Pattern
    unsafe: str
    why: str


def hazard(pattern: str, unsafe: str, why: str) -> Hazard:
    return Hazard(re.compile(pattern, re.IGNORECASE), unsafe, why)


INDEX = hazard(
    r"create (unique )?index (?!concurrently)",
    "it builds an index on {table} while nobody may write.",
    "SHARE is held until the index is there (1 s for a million rows). Django's own AddIndex is "
    "built beside those who write, and what a failed build leaves is cleared away.",
)
COLUMN = r"alter table .*? add (column )?(?!constraint|check|foreign|unique|primary|exclude)"
HAZARDS = (
    INDEX,
    hazard(
        COLUMN + r"(?!.* default ).* not null",
        "it adds a column to {table} that is NOT NULL without a default.",
        "Code that is running does not know it, and each of its inserts fails until it is replaced "
        "(23502). Use AddField, with a db_default.",
    ),
    hazard(
        COLUMN + rf".* default \(?({'|'.join(sorted(KNOWN))})\(",
        "it adds a column to {table} with another value for each row.",
        f"Every row is written again {STANDS_STILL} Use AddField and a Backfill.",
    ),
    hazard(
        r"alter table .* add (constraint \S+ )?(check|foreign key)(?!.*not valid)",
        "it adds a constraint to {table} that is validated at once.",
        f"Every row is looked at {STANDS_STILL} Django's own AddConstraint and ForeignKey add it "
        "NOT VALID, and validate it beside those who write.",
    ),
    hazard(
        r"alter table .* add (constraint \S+ )?(unique|primary key|exclude)(?!.*using index)",
        "it adds a constraint to {table} whose index is built at once.",
        f"The index is built {STANDS_STILL} Django's own AddConstraint builds it beside those who "
        "write, and attaches it.",
    ),
    hazard(
        r"alter table .* alter (column )?\S+ (set data )?type ",
        "it gives a column of {table} another type.",
        f"Rows and indexes are written again {STANDS_STILL} Use AlterField, or AlterFieldType of "
        "apps.database.operations.",
    ),
    hazard(
        r"alter table .* set not null",
        "it makes a column of {table} NOT NULL.",
        f"Every row is looked at {STANDS_STILL} Use AlterField, after the deploy.",
    ),
    hazard(
        r"alter table .* rename ",
        "it renames {table}, or something of it.",
        "Code that is running asks for the old name, and each of its statements fails until it is "
        "replaced (42P01, 42703). Keep the name, by db_column or db_table.",
    ),
    hazard(
        r"(vacuum full|cluster|lock|truncate|reindex (?!.*concurrently))",
        "it keeps everybody from {table}.",
        f"It works {STANDS_STILL}",
    ),
)
DROPS = re.compile(
    r"(drop table|alter table .* drop (column )?(?!constraint|not null|default|identity))",
    re.IGNORECASE,
)
