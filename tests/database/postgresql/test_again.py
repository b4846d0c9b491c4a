"""A run may be killed after any of its statements: the next one ends as if nothing had been."""

from itertools import count

import pytest
from django.db import migrations, models

from apps.database.errors import DataRefused
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


def test_what_was_unique_stays_so_until_the_other_is(shop):
    shop.migrate(STANDS["unique together"])
    before = schema()
    ask("UPDATE shop_item SET place = id, name = 'Same' WHERE id IN (3, 30)")
    kept = migrations.AlterUniqueTogether("item", {("name", "state")})

    with pytest.raises(DataRefused, match="id 3, 30"):
        shop.migrate(kept)
    assert schema() == before
