"""Writers beside a rename: of old code until it is gone, of new code from the first step on."""

import itertools
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from django.db import connection, models

from apps.database.operations import ContractRename, ExpandRename
from tests.sizes import MIRRORED_ROWS as ROWS
from tests.sizes import MIXED_SECONDS

# Only what an operation leaves in the tables of this app is emptied after a test.
pytestmark = pytest.mark.django_db(transaction=True, available_apps=["apps.database"])

EXPAND = ExpandRename("post", "lower", "text")
CONTRACT = ContractRename("post", "lower", "text")
UNLIKE = "SELECT count(*) FROM scratch_post WHERE lower IS DISTINCT FROM text"


class Writers:
    """Threads that insert, update and save posts as a release knows them."""

    def __init__(self):
        self.errors: list[Exception] = []
        self.written = itertools.count()

    @contextmanager
    def beside(self, model: type[models.Model], field: str, threads: int = 2) -> Iterator[None]:
        stop = Event()
        ones = [Thread(target=self._write, args=(model, field, stop)) for _ in range(threads)]
        for one in ones:
            one.start()
        try:
            yield
        finally:
            stop.set()
            for one in ones:
                one.join(30)

    def _write(self, model, field: str, stop: Event) -> None:
        try:
            while not stop.is_set():
                random.choice([insert, update, save])(model, field, str(next(self.written)))
                time.sleep(0.005)
        except Exception as error:  # noqa: BLE001  The test wants none at all.
            self.errors.append(error)
        finally:
            connection.close()


def insert(model, field: str, text: str) -> None:
    model.objects.create(title=f"{field} {text}", **{field: text})


def update(model, field: str, text: str) -> None:
    model.objects.filter(pk=random.randint(1, ROWS)).update(**{field: text})


def save(model, field: str, text: str) -> None:
    row = model.objects.get(pk=random.randint(1, ROWS))
    setattr(row, field, text)
    row.save()


def lost(model, field: str) -> list:
    """Rows that were inserted by the code that knows `field`, and not changed, with other text."""
    rows = model.objects.filter(title__startswith=f"{field} ").values_list("title", "text")
    return [row for row in rows if row[0] != f"{field} {row[1]}"]


def test_old_and_new_code_write_beside_each_other(schema, postgres, run_sql):
    writers, old = Writers(), schema.model("Post")
    with writers.beside(old, "lower"):
        schema.up(EXPAND)
        new = schema.model("Post")
        with writers.beside(new, "text"):
            time.sleep(MIXED_SECONDS)
    assert writers.errors == []
    assert run_sql(UNLIKE) == [(0,)]
    assert lost(new, "lower") == lost(new, "text") == []

    with writers.beside(new, "text"):
        schema.up(CONTRACT)
        time.sleep(0.2)
    assert writers.errors == []
    assert new.objects.filter(title__startswith="text ").exists()


def test_and_on_the_way_back(schema, postgres, run_sql):
    writers, old = Writers(), schema.model("Post")
    schema.up(EXPAND, CONTRACT)
    new = schema.model("Post")
    with writers.beside(new, "text"):
        schema.down(CONTRACT)
        with writers.beside(old, "lower"):
            time.sleep(MIXED_SECONDS)
    assert writers.errors == []
    assert run_sql(UNLIKE) == [(0,)]
    assert lost(new, "lower") == lost(new, "text") == []

    with writers.beside(old, "lower"):
        schema.down(EXPAND)
    assert writers.errors == []


def test_each_code_sees_what_the_other_wrote(schema, postgres):
    old = schema.model("Post")
    schema.up(EXPAND)
    new = schema.model("Post")

    by_old = old.objects.create(title="By old code", lower="old").pk
    by_new = new.objects.create(title="By new code", text="new").pk
    assert new.objects.get(pk=by_old).text == "old"
    assert old.objects.get(pk=by_new).lower == "new"

    old.objects.filter(pk=by_new).update(lower="again")
    new.objects.filter(pk=by_old).update(text="again")
    assert new.objects.get(pk=by_new).text == "again"
    assert old.objects.get(pk=by_old).lower == "again"


def test_a_default_of_the_database_holds_for_both(schema, postgres):
    old = schema.model("Post")
    schema.up(EXPAND)
    new = schema.model("Post")

    for model, field in ((old, "lower"), (new, "text")):
        row = model.objects.create(title=f"Default of {field}")
        assert new.objects.get(pk=row.pk).text == "lower"
    schema.up(CONTRACT)
    row = new.objects.create(title="Default after it")
    assert new.objects.get(pk=row.pk).text == "lower"
