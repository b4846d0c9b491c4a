"""What entries changed, without their long texts, which never leave the database.

A page of fifty entries of a long post would else read megabytes.
"""

from typing import Any

from django.db.models import Func, JSONField

# Characters of a text that is given as it is.
LONGEST = 300
CHARACTERS = "characters"

SIDE = {
    "postgresql": """
        CASE WHEN length(value ->> {n}) > {longest} AND jsonb_typeof(value -> {n}) = 'string'
        THEN jsonb_build_object('{characters}', length(value ->> {n})) ELSE value -> {n} END
    """,
    # Beside its value json_each has the type: an array's own text is no JSON text.
    "sqlite": """
        CASE side.type WHEN 'text' THEN
            CASE WHEN length(side.value) > {longest}
            THEN json_object('{characters}', length(side.value)) ELSE json_quote(side.value) END
        WHEN 'true' THEN json('true') WHEN 'false' THEN json('false') WHEN 'null' THEN json('null')
        ELSE json(side.value) END
    """,
}
CHANGES = {
    "postgresql": """
        (SELECT coalesce(jsonb_object_agg(key, jsonb_build_array({old}, {new})), '{{}}')
        FROM jsonb_each({changes}))
    """,
    "sqlite": """
        (SELECT json_group_object(pair.key, json((
            SELECT json_group_array(json({side})) FROM json_each(pair.value) AS side
        ))) FROM json_each({changes}) AS pair)
    """,
}


class Shortened(Func):
    """The changes of an entry; of a text above LONGEST only `{"characters": 4512}`."""

    arity = 1
    output_field = JSONField()

    def __init__(self, changes: str = "changes"):
        super().__init__(changes)

    def as_postgresql(self, compiler, connection, **extra):
        sides = {name: side("postgresql", n=n) for n, name in enumerate(("old", "new"))}
        return self.statement("postgresql", compiler, **sides)

    def as_sqlite(self, compiler, connection, **extra):
        return self.statement("sqlite", compiler, side=side("sqlite"))

    def statement(self, vendor: str, compiler, **parts: str) -> tuple[str, list]:
        changes, params = compiler.compile(self.source_expressions[0])
        return CHANGES[vendor].format(changes=changes, **parts), params


def side(vendor: str, n: int = 0) -> str:
    return SIDE[vendor].format(n=n, longest=LONGEST, characters=CHARACTERS)


def length_of(value: Any) -> int | None:
    """How many characters a text has that was left out; None for what is there as it is."""
    return value.get(CHARACTERS) if isinstance(value, dict) else None
