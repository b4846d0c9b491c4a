"""A small shop whose tables are in use, and what a migration of it told."""

from dataclasses import dataclass, replace

from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from apps.database.observer import Observer
from apps.database.postgresql.limits import Limits

ROWS = 200
# Waits that a test can wait for.
QUICK = Limits(
    look_seconds=0.05,
    pause_seconds=0.02,
    budget_seconds=20,
    turns_seconds=0.5,
    watch_seconds=0.05,
)
SHOP = [
    migrations.CreateModel(
        "Shelf",
        [
            ("id", models.BigAutoField(primary_key=True)),
            ("name", models.CharField(max_length=50)),
        ],
    ),
    migrations.CreateModel(
        "Item",
        [
            ("id", models.BigAutoField(primary_key=True)),
            ("shelf", models.ForeignKey("shop.Shelf", models.CASCADE, null=True)),
            ("place", models.BigIntegerField(null=True)),
            ("name", models.CharField(max_length=20)),
            ("score", models.IntegerField(null=True)),
            ("state", models.CharField(max_length=10, db_default="draft")),
        ],
    ),
]
FILLED = """
INSERT INTO shop_shelf (name) VALUES ('First');
INSERT INTO shop_item (shelf_id, place, name, score)
SELECT 1, 1, 'Item ' || n, CASE WHEN n % 2 = 0 THEN n END FROM generate_series(1, {}) AS n
"""
LEFTOVERS = """
SELECT conname FROM pg_constraint WHERE NOT convalidated
UNION ALL SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid
"""


class Recorder(Observer):
    """What the editor tells, in order."""

    def __init__(self):
        self.statements, self.waited_for, self.phases, self.ends = [], [], [], []

    def started(self, statement):
        self.statements.append(statement)

    def waits(self, statement, holders):
        self.waited_for.append(list(holders))

    def progress(self, statement, phase, done, total):
        self.phases.append((phase, done, total))

    def ended(self, statement, seconds, wait_ms, retries):
        self.ends.append((statement, seconds, wait_ms, retries))

    @property
    def kinds(self) -> list[str]:
        return [str(statement.kind) for statement in self.statements]


@dataclass
class Shop:
    """`state` is what stands; `migrate` goes one migration on, and `back` takes it back."""

    state: ProjectState
    told: Recorder

    def migrate(self, *operations, **attributes) -> None:
        body = {"operations": list(operations)} | attributes
        self.last = type("Migration", (migrations.Migration,), body)("0002_change", "shop")
        with connection.schema_editor(atomic=self.last.atomic) as editor:
            after = self.last.apply(self.state.clone(), editor)
        self.before, self.state = self.state, after

    def back(self) -> None:
        with connection.schema_editor(atomic=self.last.atomic) as editor:
            self.last.unapply(self.before.clone(), editor)
        self.state = self.before

    @property
    def leftovers(self) -> list[str]:
        return [name for (name,) in ask(LEFTOVERS)]


def ask(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []


def limit(**changes) -> None:
    connection.limits = replace(QUICK, **changes)
