"""Who may import whom (house_style.md §2): only rungs below, read from the source.

An import inside a function counts, and so does a model named by a string.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# From the top; apps on one rung do not know each other.
LADDER = [
    {"monitoring"},
    {"reports"},
    {"points"},
    {"posts"},
    {"users"},
    {"operations"},
    {"editing"},
    {"activity"},
    {"database", "backoffice"},
]
RUNG = {app: height for height, rung in enumerate(LADDER) for app in rung}
# Within an app, from the top: what stands on one line may import what stands below it.
LAYERS = [
    {"admin", "views", "urls", "tasks", "management"},
    {"actions"},
    {"models", "documents"},
    {"querysets"},
]
LAYER = {module: height for height, layer in enumerate(LAYERS) for module in layer}
MODEL = re.compile(rf"({'|'.join(RUNG)})\.[A-Z]\w+")
MODEL_IN_MIGRATION = re.compile(rf"({'|'.join(RUNG)})\.[a-z]+")


def sources() -> list[Path]:
    return sorted(ROOT.glob("apps/*/**/*.py"))


def app_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[1]


def package_of(path: Path) -> list[str]:
    return list(path.relative_to(ROOT).with_suffix("").parts[:-1])


def imported(tree: ast.AST, package: list[str]) -> Iterator[str]:
    """Dotted names of all modules and members imported anywhere in the file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *filter(None, [node.module])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def documentation(tree: ast.AST) -> set[int]:
    """Strings that are statements of their own: docstrings may name anything."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def named(tree: ast.AST) -> Iterator[str]:
    """Apps whose models or modules are named by a string."""
    prose = documentation(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            if match := MODEL.fullmatch(node.value):
                yield match[1]
            if node.value.startswith("apps."):
                yield node.value.split(".")[1]
        if isinstance(node, ast.keyword) and node.arg == "to":
            value = getattr(node.value, "value", None)
            if isinstance(value, str) and (match := MODEL_IN_MIGRATION.fullmatch(value)):
                yield match[1]
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "get_model":
            label = getattr(node.args[0], "value", None) if node.args else None
            if label in RUNG:
                yield label


def apps_reached(source: str, path: Path) -> set[str]:
    tree = ast.parse(source)
    modules = [name.split(".") for name in imported(tree, package_of(path))]
    return {parts[1] for parts in modules if parts[0] == "apps" and len(parts) > 1} | set(
        named(tree)
    )


def offences(source: str, path: Path) -> list[str]:
    app = app_of(path)
    return [
        f"{path.relative_to(ROOT)}: {app} may not know {other}"
        for other in sorted(apps_reached(source, path) - {app})
        if RUNG.get(other, -1) <= RUNG[app]
    ]


def layer_offences(source: str, path: Path) -> list[str]:
    app, module = app_of(path), path.relative_to(ROOT).with_suffix("").parts[2]
    own = [
        name.split(".")[2]
        for name in imported(ast.parse(source), package_of(path))
        if name.startswith(f"apps.{app}.")
    ]
    return [
        f"{path.relative_to(ROOT)}: {module} may not import {other}"
        for other in own
        if module in LAYER and LAYER.get(other, len(LAYERS)) < LAYER[module]
    ]


def test_every_app_has_a_rung():
    assert {app_of(path) for path in sources()} <= set(RUNG)


@pytest.mark.parametrize("app", sorted({app_of(path) for path in sources()}))
def test_an_app_imports_only_from_rungs_below(app):
    paths = [path for path in sources() if app_of(path) == app]

    assert [line for path in paths for line in offences(path.read_text(), path)] == []


@pytest.mark.parametrize("app", sorted({app_of(path) for path in sources()}))
def test_within_an_app_imports_go_down(app):
    paths = [path for path in sources() if app_of(path) == app]

    assert [line for path in paths for line in layer_offences(path.read_text(), path)] == []


def test_nobody_imports_config():
    users = [
        str(path.relative_to(ROOT))
        for path in sources()
        if any(
            name.split(".")[0] == "config"
            for name in imported(ast.parse(path.read_text()), package_of(path))
        )
    ]

    assert users == []


@pytest.mark.parametrize(
    "source",
    [
        "from apps.posts.models import Post",
        "from apps import posts",
        "import apps.posts.models",
        "from ..posts import models",
        "def f():\n    from apps.posts import actions",
        "models.ForeignKey('posts.Post', models.CASCADE)",
        "apps.get_model('posts', 'Post')",
        "migrations.AddField(field=models.ForeignKey(to='posts.post'))",
        "import_string('apps.posts.admin.PostAdmin')",
    ],
)
def test_each_way_of_knowing_an_app_is_seen(source):
    assert offences(source, ROOT / "apps/users/models.py")
    assert offences(source, ROOT / "apps/reports/models.py") == []


@pytest.mark.parametrize(
    "source",
    [
        "from apps.database import operations",
        "import re",
        "'''Unlike posts.Post.'''",
        "p = 'posts.add_post'",
    ],
)
def test_what_stands_below_is_free(source):
    assert offences(source, ROOT / "apps/users/models.py") == []


def test_siblings_on_a_rung_do_not_know_each_other():
    assert offences("import apps.backoffice.caching", ROOT / "apps/database/operations/sql.py")


def test_a_queryset_knows_no_model_of_its_own_app():
    path = ROOT / "apps/posts/querysets.py"

    assert layer_offences("from apps.posts.models import Post", path)
    assert layer_offences("from .models import Post", path)
    assert layer_offences("from apps.posts.markdown import html", path) == []
