"""Two columns of one PostgreSQL table that hold the same: made, and one of them left again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.apps.registry import Apps
from django.db import models
from django.db.backends.utils import truncate_name
from django.db.models import F, Func, Q
from django_zero_downtime_migrations.backends.postgres.schema import (
    PGAccessExclusive,
    PGLock,
    PGShareUpdateExclusive,
)

from apps.database.backfilling import Work, foretell, run
from apps.database.errors import DataRefused, Refused
from apps.database.postgresql.templates import Careful, Template

from .belongings import (
    LONGEST_NAME,
    Belongings,
    Catalog,
    Column,
    copy_of,
)
from .succession import Succession

# Who writes one of the columns wins; on an insert that is the copy if it was given. A row that
# the backfill has not reached gets its copy by the way.
BOTH_WAYS = """
    IF TG_OP = 'INSERT' AND NEW.{copy} IS NULL THEN
        NEW.{copy} := NEW.{source};
    ELSIF TG_OP = 'UPDATE' AND NEW.{copy} IS NOT DISTINCT FROM OLD.{copy} THEN
        NEW.{copy} := NEW.{source};
    ELSE
        NEW.{source} := NEW.{copy};
    END IF;"""
ONE_WAY = """
    NEW.{copy} := NEW.{source};"""
FUNCTION = """CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $dual$
BEGIN{body}
    RETURN NEW;
END $dual$"""
TRIGGER = (
    "CREATE OR REPLACE TRIGGER {name} BEFORE INSERT OR UPDATE ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION {name}()"
)
VALIDATE = PGShareUpdateExclusive(
    Template("ALTER TABLE %(table)s VALIDATE CONSTRAINT %(name)s"), disable_statement_timeout=True
)


def index(unique: str) -> Careful:
    text = f"CREATE {unique}INDEX {{}}%(name)s ON %(table)s%(definition)s"
    online = PGShareUpdateExclusive(Template(text.format("CONCURRENTLY ")))
    return Careful([online], PGAccessExclusive(Template(text.format(""))))


INDEX, UNIQUE_INDEX = index(""), index("UNIQUE ")


class Mirror:
    """`make` gives `source` a second column, `copy`, with all that belongs to it; `replace` leaves
    the copy in its place. Each of the two may be the older one: that is the way back.

    A step looks at what is there already, so a run that was killed goes on where it was.
    """

    def __init__(self, editor, model: type[models.Model], source: str, copy: str):
        self.editor, self.model, self.source, self.copy = editor, model, source, copy
        self.quote = editor.quote_name
        self.table = self.quote(model._meta.db_table)
        self.alter = f"ALTER TABLE {self.table}"
        self.catalog = Catalog(editor, model._meta.db_table)
        # Of a row's triggers the last by name runs last, and sees what the others wrote.
        name = "_".join(["zz_dual", model._meta.db_table, *sorted([source, copy])])
        self.trigger = self.quote(truncate_name(name, LONGEST_NAME))

    def turned(self) -> "Mirror":
        return Mirror(self.editor, self.model, self.copy, self.source)

    def make(self, new_type: str = "", *, both_ways: bool) -> None:
        """`new_type` is the copy's, by default its source's. `both_ways`: code may write either."""
        source = self.catalog.column(self.source)
        if self.editor.collect_sql:
            self._add_column(source, new_type)
            self._add_trigger(BOTH_WAYS if both_ways else ONE_WAY)
            foretell(self.editor, self._work(new_type or (source.type if source else "…")))
            self._say(f"What belongs to {self.source} is copied: indexes CONCURRENTLY, keys and")
            self._say("checks NOT VALID and validated beside readers and writers.")
            return
        belongings = self.catalog.belongings(self.source, self.copy)
        self._refuse_others(belongings)
        self._add_column(source, new_type)
        self._add_trigger(BOTH_WAYS if both_ways else ONE_WAY)
        self._fill()
        if source.not_null:
            self._set_not_null()
        self._copy(belongings)

    def replace(self, *, takes_name: bool = False) -> None:
        """The source is dropped, and the copy has what was its own; with `takes_name` its name too.

        All of it is one transaction of moments, in which foreign keys are NOT VALID at first.
        """
        name = self.source if takes_name else self.copy
        if self.editor.collect_sql:
            self._print_replacement(name)
            return
        if self.catalog.column(self.source):
            succession = Succession(self.editor, self.catalog, self.source, self.copy, name)
            # Sent as one: between two of them everybody would wait for this process as well.
            statements = ";\n".join(succession.statements(self.trigger))
            self._brief(statements, tables=succession.tables)
        self.validate_keys_in(name)

    def validate_keys_in(self, column: str) -> None:
        for key in self.catalog.keys_in(column):
            if not key.is_valid:
                self._validate(key.table, key.name)

    def has_type(self, new_type: str) -> bool:
        """Of the source. Django's words for a type are not quite PostgreSQL's."""
        source = self.catalog.column(self.source)
        words = new_type.replace("varchar", "character varying").replace(", ", ",")
        return source is not None and source.type == words

    def refuse_misfits(self, new_type: str) -> None:
        """Rows that cannot have the type: the trigger would refuse their writers before that."""
        if self.editor.collect_sql:
            return
        keys = [part.column for part in self.model._meta.pk_fields]
        rows = self.catalog.misfits(self.source, keys, new_type)
        if rows:
            raise DataRefused(
                f"{self.model._meta.db_table}.{self.source} does not fit {new_type} in rows with "
                f"the keys {', '.join(rows)} …",
                "Correct these rows, or keep the type.",
            )

    def _refuse_others(self, belongings: Belongings) -> None:
        if belongings.others:
            raise Refused(
                f"{self.model._meta.db_table}.{self.source} cannot be given up, it is needed by "
                f"{', '.join(belongings.others)}.",
                "Drop what needs it in a migration before this one, and make it again after.",
            )

    def _add_column(self, source: Column | None, new_type: str) -> None:
        if self.catalog.column(self.copy):
            return
        new_type = new_type or (source.type if source else "…")
        collation = f" COLLATE {source.collation}" if source and source.collation else ""
        self._brief(f"{self.alter} ADD COLUMN {self.quote(self.copy)} {new_type}{collation}")

    def _add_trigger(self, body: str) -> None:
        body = body.format(source=self.quote(self.source), copy=self.quote(self.copy))
        self._brief(
            FUNCTION.format(name=self.trigger, body=body),
            TRIGGER.format(name=self.trigger, table=self.table),
        )

    def _fill(self) -> None:
        run(self._work(self.catalog.column(self.copy).type))

    def _work(self, new_type: str) -> Work:
        name = f"{self.model._meta.db_table}.{self.copy} from {self.source}"
        unfilled = Q(copy__isnull=True, source__isnull=False)
        rows = two_columns(self.model, self.source, self.copy)
        values = {"copy": Func(F("source"), template=f"%(expressions)s::{new_type}")}
        return Work(name, rows, values, unfilled, self.editor.connection.alias)

    def _set_not_null(self) -> None:
        name = truncate_name(f"{self.copy}_notnull", LONGEST_NAME)
        is_done = self.catalog.column(self.copy).not_null
        if not is_done or name in self.catalog.constraint_names():
            parts = {"column": self.quote(self.copy)}
            self._execute(self.editor._sql_column_not_null, name, parts)

    def _copy(self, belongings: Belongings) -> None:
        built = self.catalog.index_names()
        for index in belongings.indexes:
            if copy_of(index.name) not in built:
                template = UNIQUE_INDEX if index.unique else INDEX
                self._execute(template, copy_of(index.name), {"definition": index.definition})
        for check in belongings.checks:
            parts = {"check": check.condition}
            self._execute(self.editor.sql_create_check, copy_of(check.name), parts)
        for key in belongings.keys_out:
            columns = [self.copy if name == self.source else name for name in key.columns]
            parts = replace(key, columns=columns).parts(self.quote)
            self._execute(self.editor.sql_create_fk, copy_of(key.name), parts)

    def _validate(self, table: str, name: str) -> None:
        self._execute(VALIDATE, name, {"table": table})

    def _brief(self, *statements: str, tables: Sequence[str] = ()) -> None:
        """In one transaction."""
        self.editor.execute_together(statements, [self.table, *tables])

    def _execute(self, template: PGLock | Careful, name: str, parts: Mapping[str, str]) -> None:
        parts = {"table": self.table} | dict(parts) | {"name": self.quote(name)}
        # Without parameters a percent sign is a percent sign.
        self.editor.execute(template % parts, params=None)

    def _print_replacement(self, name: str) -> None:
        self._say(f"In one transaction; what belonged to {self.source} passes on to {self.copy}.")
        self._brief(f"DROP TRIGGER IF EXISTS {self.trigger} ON {self.table}")
        self._brief(f"DROP FUNCTION IF EXISTS {self.trigger}()")
        self._brief(f"{self.alter} DROP COLUMN {self.quote(self.source)}")
        if name != self.copy:
            columns = f"{self.quote(self.copy)} TO {self.quote(name)}"
            self._brief(f"{self.alter} RENAME COLUMN {columns}")

    def _say(self, words: str) -> None:
        self.editor.collected_sql.append(f"-- {words}")


def two_columns(model: type[models.Model], source: str, copy: str) -> type[models.Model]:
    """A model of the table with its key and these two: no state knows them both."""
    # What is to be filled is no key yet.
    keys = {
        f"key_{number}": _key(part, source if part.column == copy else part.column)
        for number, part in enumerate(model._meta.pk_fields)
    }
    if len(keys) > 1:
        keys["pk"] = models.CompositePrimaryKey(*keys)
    else:
        keys["key_0"].primary_key = True
    meta = type("Meta", (), {"app_label": "database", "db_table": model._meta.db_table})
    meta.apps = Apps()
    fields = keys | {
        # Nothing passes through Python, so any type will do.
        "source": models.TextField(db_column=source, null=True),
        "copy": models.TextField(db_column=copy, null=True),
    }
    return type("TwoColumns", (models.Model,), fields | {"Meta": meta, "__module__": __name__})


def _key(key: models.Field, column: str) -> models.Field:
    """The field as it is in the end: a profile's key is its user's."""
    while key.remote_field:
        key = key.target_field
    key = key.clone()
    key.primary_key, key.db_column = False, column
    return key
