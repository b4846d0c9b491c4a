"""A run may be killed after any of its statements: the next one ends as if nothing had been."""

from itertools import count

import pytest
from django.db import ProgrammingError, migrations, models

from apps.database.errors import DataRefused, MigrationStopped
from apps.database.postgresql.steps import SteppingEditor
from tests.database.postgresql.shop import ask
from tests.database.postgresql.test_operations import OPERATIONS, schema

PAIR, MORE = {("name", "place")}, {("name", "place", "score")}
INDEX = models.Index(fields=["name"], name="idx_old")
STANDS = {
    "another name for an index": migrations.AddIndex("item", INDEX),
    "unique together": migrations.AlterUniqueTogether("item", PAIR),
}
# Those that zero-downtime and Django do not expect to find done.
WITHOUT_CONDITIONS = {
    "another name for an index": [
        migrations.RenameIndex("item", new_name="idx_new", old_name="idx_old")
    ],
    "unique together": [migrations.AlterUniqueTogether("item", MORE)],
}
# Of a table that is gone there is no schema to compare.
CHANGES = {
    name: made for name, (made, _) in OPERATIONS.items() if name != "drop table"
} | WITHOUT_CONDITIONS


class Killed(BaseException):
    pass


def killed_after(number: int, patch: pytest.MonkeyPatch) -> None:
    """So many statements are sent, and nothing is taken back."""
    sent, send = count(1), SteppingEditor._send

    def send_or_die(self, sql):
        send(self, sql)
        if next(sent) == number:
            raise Killed

    patch.setattr(SteppingEditor, "_send", send_or_die)
    patch.setattr(SteppingEditor, "_take_back", lambda *_: None)


REST_SLOW = [
    pytest.param(name, marks=[] if name in WITHOUT_CONDITIONS else pytest.mark.slow)
    for name in CHANGES
]


@pytest.mark.parametrize("name", REST_SLOW)
def test_killed_after_any_statement_it_goes_on(name, shop, monkeypatch):
    if name in STANDS:
        shop.migrate(STANDS[name])
    before = schema()
    shop.migrate(*CHANGES[name])
    wanted = schema()
    for number in count(1):
        shop.back()
        assert schema() == before
        try:
            with monkeypatch.context() as patch:
                killed_after(number, patch)
                shop.migrate(*CHANGES[name])
            break
        except Killed:
            shop.migrate(*CHANGES[name])
        assert schema() == wanted
        assert shop.leftovers == []
    assert number > 1


TEXT = models.CharField(max_length=9, null=True)
MONEY = models.DecimalField(max_digits=9, decimal_places=2, null=True)
SUITS = [
    (TEXT, "text"),
    (TEXT, "varchar(9)"),
    (TEXT, "varchar(10)"),
    (MONEY, "numeric(9, 2)"),
    (MONEY, "numeric"),
    (models.BigIntegerField(null=True), "bigint"),
    (models.PositiveSmallIntegerField(null=True), "smallint"),
    (models.DateTimeField(null=True), "timestamptz"),
    (models.DurationField(null=True), "interval"),
    (models.JSONField(null=True), "jsonb"),
]


def test_a_column_that_stands_is_taken_if_it_is_of_the_type(shop):
    for field, kind in SUITS:
        ask(f"ALTER TABLE shop_item ADD COLUMN extra {kind}")
        shop.migrate(migrations.AddField("item", "extra", field))
        shop.back()


def test_passed_over_another_would_be_recorded_as_what_the_file_says(shop):
    for field, kind in [(TEXT, "varchar(8)"), (TEXT, "integer"), (MONEY, "numeric(9, 3)")]:
        ask(f"ALTER TABLE shop_item ADD COLUMN extra {kind}")
        with pytest.raises(MigrationStopped, match=r"shop_item\.extra is there already as "):
            shop.migrate(migrations.AddField("item", "extra", field))
        ask("ALTER TABLE shop_item DROP COLUMN extra")


def test_nor_is_an_index_of_another_table(shop):
    ask("CREATE INDEX idx_old ON shop_shelf (name)")

    with pytest.raises(ProgrammingError, match="already exists"):
        shop.migrate(STANDS["another name for an index"])


def test_what_was_unique_stays_so_until_the_other_is(shop):
    shop.migrate(STANDS["unique together"])
    before = schema()
    ask("UPDATE shop_item SET place = id, name = 'Same' WHERE id IN (3, 30)")
    kept = migrations.AlterUniqueTogether("item", {("name", "state")})

    with pytest.raises(DataRefused, match="id 3, 30"):
        shop.migrate(kept)
    assert schema() == before
