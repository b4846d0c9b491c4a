"""Expressions that read the same on PostgreSQL and SQLite; migrations may import them."""

from django.db.models import Func


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
