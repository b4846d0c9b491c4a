"""Expressions that read the same on PostgreSQL and SQLite; migrations may import them."""

from django.db.models import DateTimeField, Func, UUIDField


class Bytewise(Func):
    """Text compared and ordered byte by byte, whatever the database's language.

    An index on it serves `LIKE 'prefix%'` and the order of the names at once;
    `text_pattern_ops` serves the prefix but not the order. SQLite compares bytes
    unless told otherwise, and knows no collation "C".
    """

    template = '(%(expressions)s) COLLATE "C"'
    arity = 1

    def as_sqlite(self, compiler, connection, **extra):
        return self.as_sql(compiler, connection, template="%(expressions)s", **extra)


class ClockTime(Func):
    """The moment of the statement. `Now` is that of its transaction's beginning on PostgreSQL:
    who waited there for a lock would be dated before the one he waited for.
    """

    arity = 0
    output_field = DateTimeField()

    def as_postgresql(self, compiler, connection, **extra):
        return self.as_sql(compiler, connection, template="clock_timestamp()", **extra)

    def as_sqlite(self, compiler, connection, **extra):
        template = "strftime('%%%%Y-%%%%m-%%%%d %%%%H:%%%%M:%%%%f', 'now')"
        return self.as_sql(compiler, connection, template=template, **extra)


class RandomUUID(Func):
    """Another one for each row, of version 4. Also as a `db_default`."""

    arity = 0
    output_field = UUIDField()
    allowed_default = True

    def as_postgresql(self, compiler, connection, **extra):
        return self.as_sql(compiler, connection, template="gen_random_uuid()", **extra)

    def as_sqlite(self, compiler, connection, **extra):
        parts = (
            "hex(randomblob(6)) || '4' || substr(hex(randomblob(2)), 2) || "
            "substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || "
            "hex(randomblob(6))"
        )
        return self.as_sql(compiler, connection, template=f"lower({parts})", **extra)
