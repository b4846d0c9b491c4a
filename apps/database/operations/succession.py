"""The statements by which one column takes the place of another, for one transaction."""

from collections.abc import Iterator
from dataclasses import replace

from .belongings import Catalog, ForeignKey, copy_of

IDENTITY = {"a": "ALWAYS", "d": "BY DEFAULT"}
CONSTRAINT = {"p": "PRIMARY KEY", "u": "UNIQUE"}
KEY = (
    "ALTER TABLE %(table)s ADD CONSTRAINT %(name)s "
    "FOREIGN KEY (%(column)s) REFERENCES %(to_table)s (%(to_column)s)%(deferrable)s"
)
SET_SEQUENCE = "SELECT setval({sequence}, last_value, is_called) FROM {old}"


class Succession:
    """Of `heir` to `source`, both bare; `name` is what the heir is called in the end.

    What has no copy beside the heir goes with the source.
    """

    def __init__(self, editor, catalog: Catalog, source: str, heir: str, name: str):
        self.editor, self.catalog, self.name = editor, catalog, name
        self.source, self.heir = source, heir
        self.quote, self.alter = editor.quote_name, f"ALTER TABLE {catalog.table}"
        self.old, self.new = catalog.column(source), catalog.column(heir)
        self.belongings = catalog.belongings(source, heir)
        keys = self.belongings.keys_in, self.belongings.keys_out
        # Those that foreign keys lock too.
        self.tables = sorted({key.table for key in keys[0]} | {key.target for key in keys[1]})
        self.there = catalog.index_names() | catalog.constraint_names()

    def statements(self, trigger: str) -> list[str]:
        keys = self.belongings.keys_in
        return [
            self._lock(),
            f"DROP TRIGGER IF EXISTS {trigger} ON {self.catalog.table}",
            f"DROP FUNCTION IF EXISTS {trigger}()",
            *self._default(),
            *self._identity(),
            *(f"ALTER TABLE {key.table} DROP CONSTRAINT {self.quote(key.name)}" for key in keys),
            f"{self.alter} DROP COLUMN {self.quote(self.source)}",
            *self._names(),
            *map(self._add_key, keys),
        ]

    def _lock(self) -> str:
        """All tables at once: who waited for the second one would hold the first meanwhile."""
        tables = ", ".join([self.catalog.table, *self.tables])
        return f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE"

    def _default(self) -> Iterator[str]:
        column = f"{self.alter} ALTER COLUMN {self.quote(self.heir)}"
        if self.old.default and not self.new.default:
            yield f"{column} SET DEFAULT {self.old.default}"
        if self.old.comment:
            comment = self.editor.quote_value(self.old.comment)
            yield f"COMMENT ON COLUMN {self.catalog.table}.{self.quote(self.heir)} IS {comment}"
        if self.old.sequence and not self.old.identity:
            owner = f"{self.catalog.table}.{self.quote(self.heir)}"
            sequence = f"ALTER SEQUENCE {self.quote(self.old.sequence)}"
            yield f"{sequence} AS {self.new.type} OWNED BY {owner}"

    def _identity(self) -> Iterator[str]:
        if not self.old.identity:
            return
        old, new = (self.quote(name) for name in (self.old.sequence, copy_of(self.old.sequence)))
        yield (
            f"{self.alter} ALTER COLUMN {self.quote(self.heir)} ADD GENERATED "
            f"{IDENTITY[self.old.identity]} AS IDENTITY (SEQUENCE NAME {new})"
        )
        sequence = self.editor.quote_value(new)
        yield SET_SEQUENCE.format(sequence=sequence, old=old)

    def _names(self) -> Iterator[str]:
        """What the heir has gets the names that are free now."""
        if self.old.identity:
            new = self.quote(copy_of(self.old.sequence))
            yield f"ALTER SEQUENCE {new} RENAME TO {self.quote(self.old.sequence)}"
        for index in self._copied(self.belongings.indexes):
            yield self._index_name(index)
        for constraint in self._copied([*self.belongings.checks, *self.belongings.keys_out]):
            copy, name = self.quote(copy_of(constraint.name)), self.quote(constraint.name)
            yield f"{self.alter} RENAME CONSTRAINT {copy} TO {name}"
        if self.name != self.heir:
            yield f"{self.alter} RENAME COLUMN {self.quote(self.heir)} TO {self.quote(self.name)}"

    def _copied(self, things: list) -> list:
        return [thing for thing in things if copy_of(thing.name) in self.there]

    def _index_name(self, index) -> str:
        copy, name = self.quote(copy_of(index.name)), self.quote(index.name)
        if index.constraint is None:
            return f"ALTER INDEX {copy} RENAME TO {name}"
        return (
            f"{self.alter} ADD CONSTRAINT {name} {CONSTRAINT[index.constraint]} USING INDEX {copy}"
        )

    def _add_key(self, key: ForeignKey) -> str:
        targets = [self.name if name == self.source else name for name in key.target_columns]
        heir = replace(key, target_columns=targets)
        return f"{KEY % heir.parts(self.quote)} NOT VALID"
