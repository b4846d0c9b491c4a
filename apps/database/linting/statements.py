"""What the SQL of a migration says, as far as that can be told without a server."""

import re
from collections.abc import Iterable, Iterator

import sqlparse
from django.db.migrations import RunSQL
from django.db.migrations.operations.base import Operation
from sqlparse.exceptions import SQLParseError

NAME = r'(?:only )?(?:"?\w+"?\.)?"?(\w+)"?'
# The table that a statement locks, by how the statement begins.
TABLE = re.compile(
    rf"""
      alter\ table\ (?:if\ exists\ )?{NAME}
    | create\ (?:unique\ )?index\ .*?\bon\ {NAME}
    | create\ (?:or\ replace\ )?(?:constraint\ )?trigger\ .*?\bon\ {NAME}
    | drop\ (?:trigger|policy|rule)\ .*?\bon\ {NAME}
    | drop\ table\ (?:if\ exists\ )?{NAME}
    | (?:truncate|lock)\ (?:table\ )?{NAME}
    | (?:update|delete\ from|insert\ into|merge\ into)\ {NAME}
    | with\ .*?(?<!for\ )\b(?:update|delete\ from|insert\ into)\ {NAME}
    | (?:cluster|vacuum\ full|reindex\ table)\ {NAME}
    """.replace("(?:only )", r"(?:only\ )"),
    re.IGNORECASE | re.VERBOSE,
)
MADE = re.compile(rf"create (?:unlogged )?table (?:if not exists )?{NAME}", re.IGNORECASE)
# What nobody may read beside. What only writers wait for, or nobody, is not in it.
SHUTS_OUT = re.compile(
    r"(drop (table|trigger|policy|rule)|truncate|lock"
    r"|alter table (?!.*(foreign key|set statistics|set \()).*? (add|alter|drop|rename)) ",
    re.IGNORECASE,
)
ROWS = re.compile(r"(update|delete from|insert into|merge into|select|with|set) ", re.IGNORECASE)


def is_sql(operation: Operation) -> bool:
    """Django's RunSQL, or ours."""
    return isinstance(operation, RunSQL) or hasattr(operation, "reverse_sql")


def statements_of(operation: Operation, *, backwards: bool = False) -> list[str]:
    """Each on one line, without comments."""
    if not is_sql(operation):
        return []
    sql = operation.reverse_sql if backwards else operation.sql
    given = [sql] if isinstance(sql, str) else sql or ()
    return [plain for text in given for plain in _split(text)]


def table_in(statement: str) -> str | None:
    match = TABLE.match(statement)
    return next(filter(None, match.groups()), None) if match else None


def tables_shut(texts: Iterable[str]) -> list[str]:
    """Those that the statements keep everybody from, as far as it can be told."""
    try:
        statements = [plain for text in texts for plain in _split(text)]
    except SQLParseError:
        # Too long for it, as data are.
        return []
    tables = [table_in(statement) for statement in statements if SHUTS_OUT.match(statement)]
    return list(dict.fromkeys(filter(None, tables)))


def tables_made(statements: Iterable[str]) -> set[str]:
    return {match[1] for match in map(MADE.match, statements) if match}


def changes_rows_alone(statement: str) -> bool:
    return bool(ROWS.match(statement))


def _split(text: str | tuple | list) -> Iterator[str]:
    # RunSQL takes a pair of a statement and its parameters, too.
    text = text if isinstance(text, str) else text[0]
    for statement in sqlparse.split(sqlparse.format(text, strip_comments=True)):
        if plain := " ".join(statement.split()).rstrip("; "):
            yield plain
