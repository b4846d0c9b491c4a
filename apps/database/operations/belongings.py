"""What belongs to a column of a PostgreSQL table, and how the same would read of another column.

PostgreSQL rewrites the definitions itself, on an empty temporary table whose column is renamed:
text cannot tell the column from a function or a word (`lower(lower) <> 'lower'`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.db import transaction
from django.db.backends.utils import truncate_name

from apps.database.fetching import fetch_all

LONGEST_NAME = 63
SCRATCH = "pg_temp.dual_scratch"

COLUMN = """
SELECT format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
    pg_get_expr(d.adbin, d.adrelid),
    (SELECT relname FROM pg_class WHERE oid = pg_get_serial_sequence(%s, a.attname)::regclass),
    (SELECT quote_ident(n.nspname) || '.' || quote_ident(o.collname)
     FROM pg_collation o JOIN pg_namespace n ON n.oid = o.collnamespace
     WHERE o.oid = a.attcollation AND o.collname <> 'default'),
    col_description(a.attrelid, a.attnum)
FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = to_regclass(%s) AND a.attname = %s AND NOT a.attisdropped
"""
INDEXES = """
SELECT c.relname, i.indisunique, con.contype,
    substring(pg_get_indexdef(i.indexrelid) FROM ' USING .*')
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
LEFT JOIN pg_constraint con ON con.conindid = i.indexrelid AND con.contype IN ('p', 'u')
WHERE i.indrelid = to_regclass(%s) AND i.indisvalid ORDER BY c.oid
"""
CHECKS = """
SELECT conname, pg_get_expr(conbin, conrelid) FROM pg_constraint
WHERE conrelid = to_regclass(%s) AND contype = 'c' ORDER BY conname
"""
KEYS = """
SELECT conname, conrelid::regclass::text, confrelid::regclass::text, convalidated,
    ARRAY(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY AS k(num, place)
          JOIN pg_attribute ON attrelid = conrelid AND attnum = num ORDER BY place),
    ARRAY(SELECT attname::text FROM unnest(confkey) WITH ORDINALITY AS k(num, place)
          JOIN pg_attribute ON attrelid = confrelid AND attnum = num ORDER BY place),
    substring(replace(pg_get_constraintdef(oid), ' NOT VALID', '')
              FROM ' REFERENCES [^(]+[(][^)]*[)](.*)$')
FROM pg_constraint
WHERE contype = 'f' AND {side} = to_regclass(%s) ORDER BY conname
"""
# Views, generated columns, triggers of the column, statistics, deferrable and excluding keys.
OTHERS = """
SELECT pg_describe_object(d.classid, d.objid, d.objsubid)
FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
LEFT JOIN pg_constraint con ON d.classid = 'pg_constraint'::regclass AND con.oid = d.objid
LEFT JOIN pg_attrdef def ON d.classid = 'pg_attrdef'::regclass AND def.oid = d.objid
WHERE d.refclassid = 'pg_class'::regclass AND a.attrelid = to_regclass(%s) AND a.attname = %s
    AND coalesce(c.relkind NOT IN ('i', 'S'),
                 con.contype = 'x' OR con.contype IN ('p', 'u') AND con.condeferrable,
                 def.adnum <> a.attnum, true)
ORDER BY 1
"""
MISFITS = """
SELECT ({key})::text FROM {table} WHERE NOT pg_input_is_valid({column}::text, %s) LIMIT 5
"""


@dataclass(frozen=True)
class Column:
    type: str
    not_null: bool
    # "a" for ALWAYS, "d" for BY DEFAULT, "" for none.
    identity: str
    default: str | None
    sequence: str | None
    collation: str | None
    comment: str | None


@dataclass(frozen=True)
class Index:
    name: str
    unique: bool
    # What its constraint is, "p" or "u"; None for an index alone.
    constraint: str | None
    # From USING on, and of the other column.
    definition: str


@dataclass(frozen=True)
class Check:
    name: str
    # Of the other column.
    condition: str


@dataclass(frozen=True)
class ForeignKey:
    """Tables as PostgreSQL prints them, quoted where they need it; columns bare."""

    name: str
    table: str
    target: str
    is_valid: bool
    columns: list[str]
    target_columns: list[str]
    # "ON DELETE …", "DEFERRABLE INITIALLY DEFERRED".
    ending: str

    def parts(self, quote: Callable[[str], str]) -> dict[str, str]:
        """What the schema editor's template for a foreign key is filled in with."""
        columns, targets = (
            ", ".join(map(quote, names)) for names in (self.columns, self.target_columns)
        )
        return {
            "table": self.table,
            "name": quote(self.name),
            "column": columns,
            "to_table": self.target,
            "to_column": targets,
            "on_delete_db": "",
            "deferrable": self.ending,
        }


@dataclass(frozen=True)
class Belongings:
    indexes: list[Index]
    checks: list[Check]
    keys_out: list[ForeignKey]
    keys_in: list[ForeignKey]
    # In PostgreSQL's words: what cannot be given to another column while this one is there.
    others: list[str]


def copy_of(name: str) -> str:
    """What the copy of an index or a constraint is called while both are there."""
    return truncate_name(name, LONGEST_NAME - 5) + "_copy"


class Catalog:
    """Reads about one table, `name`. PostgreSQL prints most of it under a lock of its own, so it
    waits for who keeps the table to himself.
    """

    def __init__(self, editor, name: str):
        self.editor, self.connection = editor, editor.connection
        self.name, self.table = name, editor.quote_name(name)

    def column(self, name: str) -> Column | None:
        rows = self._ask(COLUMN, self.table, self.table, name)
        return Column(*rows[0]) if rows else None

    def belongings(self, column: str, other: str) -> Belongings:
        """What belongs to `column`, as it would read of `other`."""
        reads = self.editor.look(self.name, partial(self._rewritten, column, other))
        indexes = [
            Index(name, unique, constraint, reads[definition])
            for name, unique, constraint, definition in self._ask(INDEXES, self.table)
            if definition in reads
        ]
        checks = self._ask(CHECKS, self.table)
        return Belongings(
            indexes,
            [Check(name, reads[text]) for name, text in checks if text in reads],
            [key for key in self._keys("conrelid") if column in key.columns],
            self.keys_in(column),
            [name for (name,) in self._ask(OTHERS, self.table, column)],
        )

    def keys_in(self, column: str) -> list[ForeignKey]:
        """Foreign keys that refer to the column, from any table."""
        return [key for key in self._keys("confrelid") if column in key.target_columns]

    def misfits(self, column: str, keys: list[str], new_type: str) -> list[str]:
        """Keys of rows whose value cannot be of another type; the first few, as text."""
        if self.connection.pg_version < 160000:
            return []
        column, *keys = map(self.connection.ops.quote_name, (column, *keys))
        key = ", ".join(keys)
        sql = MISFITS.format(key=key, table=self.table, column=column)
        return [name for (name,) in self._ask(sql, new_type)]

    def index_names(self) -> set[str]:
        """Valid ones."""
        return {row[0] for row in self._ask(INDEXES, self.table)}

    def constraint_names(self) -> set[str]:
        sql = "SELECT conname FROM pg_constraint WHERE conrelid = to_regclass(%s)"
        return {name for (name,) in self._ask(sql, self.table)}

    def _keys(self, side: str) -> list[ForeignKey]:
        return [ForeignKey(*row) for row in self._ask(KEYS.format(side=side), self.table)]

    def _rewritten(self, column: str, other: str) -> dict[str, str]:
        """Definitions of indexes and checks that name `column` → the same with `other`."""
        column, other = (self.connection.ops.quote_name(name) for name in (column, other))
        with transaction.atomic(self.connection.alias), self.connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TEMP TABLE {SCRATCH.partition('.')[2]} "
                f"(LIKE {self.table} INCLUDING INDEXES INCLUDING CONSTRAINTS)"
            )
            cursor.execute(f"ALTER TABLE {SCRATCH} DROP COLUMN IF EXISTS {other}")
            before = self._definitions()
            cursor.execute(f"ALTER TABLE {SCRATCH} RENAME COLUMN {column} TO {other}")
            after = self._definitions()
            cursor.execute(f"DROP TABLE {SCRATCH}")
        pairs = zip(before, after, strict=True)
        return {old: new for old, new in pairs if old != new}

    def _definitions(self) -> list[str]:
        found = (fetch_all(self.connection, sql, [SCRATCH]) for sql in (INDEXES, CHECKS))
        return [row[-1] for rows in found for row in rows]

    def _ask(self, sql: str, *parameters: str) -> list[tuple]:
        return self.editor.look(self.name, partial(fetch_all, self.connection, sql, parameters))
