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
KINDS = r"(constraint|check|foreign|unique|primary|exclude)\b"
COLUMN = rf"alter table .*? add (column )?(?!{KINDS})"
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
        COLUMN + r".* ((small|big)?serial\b|generated )",
        "it adds a column to {table} that is counted or computed for each row.",
        f"Every row is written again {STANDS_STILL} Use AddField and a Backfill.",
    ),
    hazard(
        COLUMN + r".* (unique\b|primary key\b|check ?\()",
        "it adds a column to {table} together with a constraint.",
        f"Every row is looked at, or its index built, {STANDS_STILL} Django's own AddField and "
        "AddConstraint do one after the other.",
    ),
    hazard(
        r"alter table .* set (logged|unlogged|tablespace|access method)\b",
        "it stores {table} in another way.",
        f"Every row is written again {STANDS_STILL}",
    ),
    hazard(
        r"alter table .* add (constraint \S+ )?(check|foreign key)\b(?!.*not valid)",
        "it adds a constraint to {table} that is validated at once.",
        f"Every row is looked at {STANDS_STILL} Django's own AddConstraint and ForeignKey add it "
        "NOT VALID, and validate it beside those who write.",
    ),
    hazard(
        r"alter table .* add (constraint \S+ )?(unique|primary key|exclude)\b(?!.*using index)",
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
# Of these nobody can tell from their words which tables they keep whom from.
HIDDEN = (
    hazard(
        r"(do|call)\b",
        "it runs a block or a procedure, which is not read.",
        "What it locks and how many rows it changes cannot be told from here, and nobody looks who "
        "holds these tables before it runs. Write its statements out, as PostgresSQL, where they "
        "can be read; rows are for a Backfill.",
    ),
    hazard(
        r"drop index (?!concurrently)",
        "it drops an index without CONCURRENTLY.",
        "ACCESS EXCLUSIVE on its table is queued for, and everybody stands behind it. Use Django's "
        "own RemoveIndex, or write DROP INDEX CONCURRENTLY.",
    ),
    hazard(
        r"reindex (index|schema|database|system) (?!concurrently)",
        "it builds indexes anew without CONCURRENTLY.",
        "Nobody writes the table, or reads by the index, until it is there.",
    ),
)
DROPS = re.compile(
    r"(drop table|alter table .* drop (column )?(?!constraint|not null|default|identity))",
    re.IGNORECASE,
)
