"""What the function of a RunPython does, read from its source and never by calling it."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from django.db.migrations import RunPython


@dataclass(frozen=True)
class Writes:
    """`call` is the first call that writes rows; `models` are those it asks `apps` for, app and
    name. Of a plain `filter(…).update(…)` there are `values` and `where`, as Python.
    """

    call: str
    models: frozenset[tuple[str, str]]
    values: str = ""
    where: str = ""


def writes_of(code: Callable) -> Writes | None:
    """None if it writes no rows, or cannot be read."""
    nodes = [node for tree in _trees(code, set()) for node in ast.walk(tree)]
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    written = next(filter(_writes_rows, calls), None)
    if written is None:
        return None
    models = frozenset(key for call in calls for key in _model(call))
    return Writes(f".{written.func.attr}()", models, *_as_values(written))


def _trees(code: Callable, seen: set) -> Iterator[ast.AST]:
    """The function, and those of its own module that it calls."""
    while isinstance(code, partial):
        code = code.func
    code = inspect.unwrap(code)
    if code is RunPython.noop or code in seen or not inspect.isroutine(code):
        return
    seen.add(code)
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(code)))
    except (OSError, SyntaxError, TypeError):
        return
    yield tree
    for name in {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}:
        neighbour = getattr(code, "__globals__", {}).get(name)
        if getattr(neighbour, "__module__", None) == code.__module__ and callable(neighbour):
            yield from _trees(neighbour, seen)


def _writes_rows(call: ast.Call) -> bool:
    """A queryset's `update` has keywords alone, a dictionary's or a hash's has not; a queryset's
    `delete` has nothing, a cache's has a key.
    """
    if not isinstance(call.func, ast.Attribute):
        return False
    match call.func.attr:
        case "update":
            return bool(call.keywords) and not call.args
        case "delete":
            return not call.args and not call.keywords
        case "save":
            return not call.args
        case "bulk_update":
            return True
    return False


def _as_values(call: ast.Call) -> tuple[str, str]:
    """What an update sets, and of which rows; where that is not plain, nothing."""
    queryset = call.func.value
    if call.func.attr != "update":
        return "", ""
    values = ", ".join(f'"{it.arg}": {ast.unparse(it.value)}' for it in call.keywords)
    if isinstance(queryset, ast.Call) and getattr(queryset.func, "attr", "") == "filter":
        conditions = [*queryset.args, *queryset.keywords]
        return f"{{{values}}}", f"models.Q({', '.join(map(ast.unparse, conditions))})"
    are_constants = all(isinstance(it.value, ast.Constant) for it in call.keywords)
    if are_constants and ast.unparse(queryset).endswith((".objects", ".objects.all()")):
        # Of all rows those that have other values.
        return f"{{{values}}}", f"~models.Q({', '.join(map(ast.unparse, call.keywords))})"
    return "", ""


def _model(call: ast.Call) -> Iterator[tuple[str, str]]:
    """Of `apps.get_model("posts", "Post")` and `apps.get_model("posts.Post")`."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "get_model":
        return
    values = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
    names = ".".join(map(str, values)).split(".")
    if len(names) == 2:
        yield names[0], names[1].lower()
