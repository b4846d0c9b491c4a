"""A small blog, and migrations of it that are linted as if its tables were full and in use."""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection, connections, migrations, models
from django.db.migrations.state import ProjectState

from apps.database.linting import Paste, Refusal
from apps.database.linting.linter import lint
from apps.database.linting.steps import note_tables, steps_of, undone
from apps.database.linting.tables import InUse, Tables

BLOG = [
    migrations.CreateModel(
        "Author",
        [
            ("id", models.AutoField(primary_key=True)),
            ("name", models.CharField(max_length=50)),
        ],
    ),
    migrations.CreateModel(
        "Post",
        [
            ("id", models.BigAutoField(primary_key=True)),
            ("author", models.ForeignKey("blog.Author", models.CASCADE, null=True)),
            ("title", models.CharField(max_length=50)),
            ("score", models.IntegerField(null=True)),
            ("state", models.CharField(max_length=10, db_default="draft")),
        ],
    ),
]


class Blog:
    """`state` is what stands; `migration` is one more, which nothing has applied."""

    def __init__(self, tables: Tables):
        self.tables = tables
        self.state = ProjectState()
        for operation in BLOG:
            operation.state_forwards("blog", self.state)

    def migration(self, *operations, **attributes) -> migrations.Migration:
        body = {"operations": list(operations), "__module__": __name__} | attributes
        return type("Migration", (migrations.Migration,), body)("0002_change", "blog")

    def stand(self, *operations) -> None:
        """What they make has been there for long."""
        migration = self.migration(*operations)
        if self.tables.connection == connection:
            with connection.schema_editor(atomic=False) as editor:
                self.state = migration.apply(self.state, editor)
        else:
            self.state = migration.mutate_state(self.state)

    def lint(self, *operations, backwards: bool = False, **attributes) -> list[Refusal]:
        return self.lint_migration(self.migration(*operations, **attributes), backwards=backwards)

    def lint_migration(self, migration, *, backwards: bool = False) -> list[Refusal]:
        steps = steps_of(migration, self.state.clone(), self.tables)
        steps = undone(steps) if backwards else steps
        for step in steps:
            note_tables(step)
        return list(lint(steps))

    def pasted(self, paste: Paste, **names) -> migrations.Migration:
        """The migration that a reader of the recipe would have; `names` are its file's own."""
        names |= {"migrations": migrations, "models": models}
        exec("\n".join(paste.imports), names)
        body = {}
        exec(paste.body, names, body)
        return self.migration(*body.pop("operations"), **body)


@pytest.fixture
def blog() -> Blog:
    """Without a database: every table is full."""
    return Blog(InUse())


@pytest.fixture
def own_schema(postgres) -> Iterator[None]:
    """`default` is a connection of its own without a transaction, in a schema of its own: what
    builds an index beside others cannot be in one.
    """
    tests_own = connections["default"]
    connections["default"] = tests_own.copy("default")
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA blog")
        cursor.execute("SET search_path = blog, public")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA blog CASCADE")
        cursor.execute("DELETE FROM public.database_backfill")
    connection.close()
    connections["default"] = tests_own


@pytest.fixture
def live_blog(own_schema) -> Blog:
    """In PostgreSQL, with a row in each table."""
    blog = Blog(Tables(connection))
    state = ProjectState()
    with connection.schema_editor(atomic=False) as editor:
        for operation in BLOG:
            before = state.clone()
            operation.state_forwards("blog", state)
            operation.database_forwards("blog", editor, before, state)
    author = state.apps.get_model("blog", "Author").objects.create(name="Wren")
    state.apps.get_model("blog", "Post").objects.create(title="One", author=author)
    return blog


@pytest.fixture
def follows(live_blog) -> Callable[[Refusal], None]:
    """Asserts that a refusal's recipe is accepted, one migration after the other, and works."""

    def follow(refusal: Refusal) -> None:
        assert refusal.recipe
        for paste in refusal.recipe:
            migration = live_blog.pasted(paste)
            assert live_blog.lint_migration(migration) == []
            with connection.schema_editor(atomic=False) as editor:
                live_blog.state = migration.apply(live_blog.state, editor)

    return follow
