"""Who knows better says so, with the reason: in the file, or for files of others in the settings.

A comment, not an attribute: it stands where the next reader of the operation looks, it can be
said of one operation of five, and what `makemigrations` or a squash writes anew has lost it.
"""

import ast
import inspect
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db.migrations import Migration

WAIVER = re.compile(r"#\s*migration:\s*safe\b(?:\s+because\b)?[\s:…]*(.*)", re.IGNORECASE)
EVERY = None


def waivers_of(migration: Migration) -> dict[int | None, str]:
    """Reasons by the place of their operation, or for EVERY one; an empty reason is none.

    A comment belongs to the operation around it or below it, one above `operations = […]` to
    every operation. Where the list is not written out, only that one can be found.
    """
    if (allowed := _allowed().get(str(migration))) is not None:
        return {EVERY: allowed.strip()}
    source = _source(migration)
    lines = _lines_of_operations(source, type(migration).__name__) if source else None
    if lines is None:
        return {}
    return {_place(line, *lines): reason for line, reason in _comments(source)}


def how_to_waive(migration: Migration) -> str:
    if is_of_others(migration):
        return f'say so in the settings: MIGRATIONS_ALLOWED = {{"{migration}": "…"}}'
    return "say so above the operation: # migration: safe because …"


def is_of_others(migration: Migration) -> bool:
    """Whether it came with a package, so that nobody here can write in it."""
    file = getattr(sys.modules.get(type(migration).__module__), "__file__", None) or ""
    return "site-packages" in Path(file).parts


def _allowed() -> dict[str, str]:
    """`"app.name": "reason"`, for migrations that are not ours to write in."""
    return getattr(settings, "MIGRATIONS_ALLOWED", {})


def _source(migration: Migration) -> str:
    try:
        return inspect.getsource(sys.modules[type(migration).__module__])
    except (KeyError, OSError):
        return ""


def _lines_of_operations(source: str, name: str) -> tuple[int, list[int]] | None:
    """The line on which the list begins, and the last line of each of its members."""
    classes = (node for node in ast.parse(source).body if isinstance(node, ast.ClassDef))
    body = next((node.body for node in classes if node.name == name), [])
    for node in body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "operations":
            members = node.value.elts if isinstance(node.value, ast.List) else []
            if any(isinstance(member, ast.Starred) for member in members):
                members = []
            return node.lineno, [member.end_lineno for member in members]
    return None


def _place(line: int, first: int, ends: list[int]) -> int | None:
    if line < first:
        return EVERY
    # Below the last one it is nobody's.
    return next((place for place, end in enumerate(ends) if line <= end), len(ends))


def _comments(source: str) -> Iterator[tuple[int, str]]:
    """Each waiver: the line it ends on, and its reason, with the comment lines that continue it."""
    found: list[tuple[int, str]] = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        line = token.start[0]
        if match := WAIVER.match(token.string):
            found.append((line, match[1].strip()))
        elif found and found[-1][0] == line - 1:
            text = f"{found[-1][1]} {token.string.lstrip('# ')}".strip()
            found[-1] = (line, text)
    yield from found
