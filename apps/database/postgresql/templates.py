"""What zero-downtime's templates say of a statement: its lock, its class, its condition.

They are filled in with `%` long before they run, and what was filled in is asked for then: which
tables it locks, and which index or constraint it makes. So the text of each is a `Template`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.backends.ddl_references import Statement as Reference
from django.db.backends.postgresql.schema import DatabaseSchemaEditor as Stock
from django_zero_downtime_migrations.backends.postgres.schema import (
    DUMMY_SQL,
    Condition,
    DatabaseSchemaEditorMixin,
    MultiStatementSQL,
    PGAccessExclusive,
    PGLock,
    PGShareUpdateExclusive,
)

NOTHING = DUMMY_SQL


class Template(str):
    parts: Mapping[str, Any] = {}

    def __mod__(self, parts):
        made = type(self)(super().__mod__(parts))
        made.parts = parts
        return made

    def part(self, name: str) -> str:
        return str(self.parts.get(name, ""))


class FillNulls(Template):
    """Django's one UPDATE of every row without a value; it becomes a backfill."""


class CreatesTable(PGAccessExclusive):
    """Nobody else knows the table until the migration ends."""


class ShareRowExclusive(PGLock):
    """Keeps writers out, and lets readers in."""


class DropsForeignKey(PGAccessExclusive):
    """Locks the other table as well, which it does not name."""


class Careful(MultiStatementSQL):
    """Steps for a table in use, and `plain`, the one statement for a table without a row."""

    def __init__(self, steps, plain: PGLock):
        super().__init__(steps)
        self.plain = plain

    @property
    def makes(self) -> bool:
        """Something that may be left behind unfinished. A DROP that was cancelled has nothing to
        take back: the next run goes on with it.
        """
        return self[0].idempotent_condition is not None

    def __mod__(self, parts):
        filled = super().__mod__(parts)
        return filled if filled is NOTHING else Careful(filled, self.plain % parts)


LOCKS = (
    (ShareRowExclusive, "SHARE ROW EXCLUSIVE"),
    (PGShareUpdateExclusive, "SHARE UPDATE EXCLUSIVE"),
    (PGLock, "ACCESS EXCLUSIVE"),
)
CONSTRAINT = Condition(DatabaseSchemaEditorMixin._sql_constraint_exists, exists=False)
# Of the table: zero-downtime asks for the name alone, and takes another table's for its own.
INDEX = Condition(
    "SELECT 1 FROM pg_index WHERE indexrelid = to_regclass('%(name)s')"
    " AND indrelid = to_regclass('%(table)s')",
    exists=False,
)
RENAMED_INDEX = Condition(
    "SELECT 1 WHERE to_regclass('%(new_name)s')"
    " = coalesce(to_regclass('%(old_name)s'), to_regclass('%(new_name)s'))",
    exists=False,
)


def remembering(lock: PGLock, made: type[PGLock] | None = None) -> PGLock:
    """The same, which knows afterwards what it was filled in with."""
    condition = lock.idempotent_condition
    is_name_alone = condition and condition.sql == DatabaseSchemaEditorMixin._sql_index_exists
    return (made or type(lock))(
        Template(lock.sql),
        use_timeouts=lock.use_timeouts,
        disable_statement_timeout=lock.disable_statement_timeout,
        idempotent_condition=INDEX if is_name_alone else condition,
    )


def careful(name: str, plain: str, condition: Condition, made=PGAccessExclusive) -> Careful:
    steps = getattr(DatabaseSchemaEditorMixin, name)
    steps = steps if isinstance(steps, MultiStatementSQL) else [steps]
    plain = made(Template(plain), use_timeouts=True, idempotent_condition=condition)
    return Careful([remembering(step) for step in steps if not reindexes(step)], plain)


def reindexes(step: PGLock) -> bool:
    """The repair of an index that failed, which leaves one more when it fails: ours is dropped."""
    condition = step.idempotent_condition
    return condition is not None and condition.idempotent_mode_only


def foreign_key() -> Careful:
    made = careful("sql_create_fk", Stock.sql_create_fk, CONSTRAINT, ShareRowExclusive)
    made[0] = remembering(made[0], ShareRowExclusive)
    return made


def of_zero_downtime() -> Iterator[tuple[str, PGLock]]:
    for name, template in vars(DatabaseSchemaEditorMixin).items():
        if isinstance(template, PGLock):
            yield name, remembering(template)


TEMPLATES = dict(of_zero_downtime()) | {
    "sql_create_table": remembering(DatabaseSchemaEditorMixin.sql_create_table, CreatesTable),
    "sql_delete_fk": remembering(DatabaseSchemaEditorMixin.sql_delete_fk, DropsForeignKey),
    # zero-downtime has none of it, and the second run would find no index of the old name.
    "sql_rename_index": PGShareUpdateExclusive(
        Template(Stock.sql_rename_index), idempotent_condition=RENAMED_INDEX
    ),
    "sql_update_with_default": FillNulls(Stock.sql_update_with_default),
    "sql_create_fk": foreign_key(),
    "sql_create_check": careful("sql_create_check", Stock.sql_create_check, CONSTRAINT),
    "sql_create_unique": careful("sql_create_unique", Stock.sql_create_unique, CONSTRAINT),
    "sql_create_pk": careful("sql_create_pk", Stock.sql_create_pk, CONSTRAINT),
    "sql_create_index": careful("sql_create_index", Stock.sql_create_index, INDEX),
    "sql_create_index_concurrently": careful(
        "sql_create_index_concurrently", Stock.sql_create_index, INDEX
    ),
    "sql_create_unique_index": careful(
        "sql_create_unique_index", Stock.sql_create_unique_index, INDEX
    ),
    "sql_delete_index": careful("sql_delete_index", Stock.sql_delete_index, None),
    "sql_delete_index_concurrently": careful(
        "sql_delete_index_concurrently", Stock.sql_delete_index, None
    ),
    "_sql_column_not_null": careful(
        "_sql_column_not_null", "ALTER TABLE %(table)s ALTER COLUMN %(column)s SET NOT NULL", None
    ),
}


def filled(sql: Any) -> Any:
    """A template filled in: one with a lock, `Careful` steps, or text that nothing is known of."""
    if not isinstance(sql, Reference):
        return sql
    template = sql.template
    if not isinstance(template, PGLock | MultiStatementSQL):
        template = Template(template)
    return template % sql.parts


def lock_of(step: Any) -> str:
    """What nothing is known of is taken to keep everybody out."""
    return next((name for kind, name in LOCKS if isinstance(step, kind)), "ACCESS EXCLUSIVE")


def text_of(step: Any) -> str:
    return step.sql if isinstance(step, PGLock) else step


def part(step: Any, name: str) -> str:
    text = text_of(step)
    return text.part(name) if isinstance(text, Template) else ""
