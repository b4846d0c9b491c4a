# ruff: noqa: DJ008
"""Tables to fill, with keys of three types; made by the fixture `filling`."""

import uuid

from django.apps.registry import Apps
from django.db import connection, models
from django.db.models import Q

from apps.database.backfilling import Work

apps = Apps()


class Numbered(models.Model):
    filled = models.IntegerField(null=True)
    changes = models.IntegerField(default=0)

    class Meta:
        apps = apps
        app_label = "scratch"
        db_table = "scratch_numbered"


class Unnumbered(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    filled = models.IntegerField(null=True)
    changes = models.IntegerField(default=0)

    class Meta:
        apps = apps
        app_label = "scratch"
        db_table = "scratch_unnumbered"


class Named(models.Model):
    name = models.TextField(primary_key=True)
    filled = models.IntegerField(null=True)
    changes = models.IntegerField(default=0)

    class Meta:
        apps = apps
        app_label = "scratch"
        db_table = "scratch_named"


class Extension(models.Model):
    """Its key is that of another row, as a profile's is its user's."""

    base = models.OneToOneField(Numbered, models.CASCADE, primary_key=True)
    filled = models.IntegerField(null=True)
    changes = models.IntegerField(default=0)

    class Meta:
        apps = apps
        app_label = "scratch"
        db_table = "scratch_extension"


class Paired(models.Model):
    """Its key is two columns, the second of which restarts with each of the first."""

    pk = models.CompositePrimaryKey("shelf", "place")
    shelf = models.CharField(max_length=20)
    place = models.IntegerField()
    filled = models.IntegerField(null=True)
    changes = models.IntegerField(default=0)

    class Meta:
        apps = apps
        app_label = "scratch"
        db_table = "scratch_paired"


MODELS = (Numbered, Unnumbered, Named, Extension, Paired)


def work(model=Numbered, *, name: str = "", **values) -> Work:
    """Each row gets a 1, and counts how often it was changed."""
    values = values or {"filled": 1, "changes": models.F("changes") + 1}
    name = name or f"scratch.{model.__name__.lower()}"
    return Work(name, model, values, Q(filled__isnull=True))


def fill(model, rows: int) -> None:
    if model is Numbered:
        number(rows)
        return
    made = {
        Unnumbered: lambda number: {},
        Named: lambda number: {"name": f"n° {number * 7919 % rows:>9} ’é"},
        Extension: lambda number: {"base_id": number + 1},
        Paired: lambda number: {"shelf": f"shelf, {number // 30}", "place": -(number % 30)},
    }[model]
    if model is Extension:
        fill(Numbered, rows)
    model.objects.bulk_create((model(**made(n)) for n in range(rows)), batch_size=1_000)


def number(rows: int) -> None:
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %s)"
    with connection.cursor() as cursor:
        cursor.execute(f"{numbers} INSERT INTO scratch_numbered (changes) SELECT 0 FROM n", [rows])


def changes(model=Numbered) -> dict[int, int]:
    """How many rows were changed how often."""
    counted = model.objects.values_list("changes").annotate(rows=models.Count("pk"))
    return dict(counted.order_by("changes"))


def make() -> None:
    with connection.schema_editor() as editor:
        for model in MODELS:
            editor.create_model(model)


def remove() -> None:
    present = connection.introspection.table_names()
    _for_each("DROP TABLE", [model for model in MODELS if model._meta.db_table in present])


def empty() -> None:
    if connection.vendor == "postgresql":
        tables = ", ".join(model._meta.db_table for model in MODELS)
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {tables} RESTART IDENTITY")
        return
    _for_each("DELETE FROM", MODELS)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM sqlite_sequence WHERE name = 'scratch_numbered'")


def _for_each(what: str, models) -> None:
    with connection.cursor() as cursor:
        for model in reversed(models):
            cursor.execute(f'{what} "{model._meta.db_table}"')
