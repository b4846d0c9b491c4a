import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from apps.posts import search
from apps.posts.models import Comment, Post, PostSearch
from tests.factories import olive
from tests.races import PATIENCE_SECONDS


def post(**fields) -> Post:
    return Post.objects.create(author=olive(), slug="a", **{"title": "Ferry news", **fields})


def matches(words: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM posts_search "
            "WHERE document @@ websearch_to_tsquery(search_dictionary(), %s)",
            [words],
        )
        return cursor.fetchone()[0]


def test_every_way_of_writing_a_post_is_searched(postgres):
    one = post(content="seven moorings")
    assert matches("ferry") == matches('"seven moorings"') == 1
    Post.objects.filter(pk=one.pk).update(title="Harbour")
    assert (matches("ferry"), matches("harbour")) == (0, 1)
    Comment.objects.create(post=one, author_name="Guest", body="a remark")
    one.delete()
    assert PostSearch.objects.count() == 0


def test_a_text_with_more_words_than_a_document_may_hold_is_saved(postgres):
    post(content=" ".join(f"w{number}" for number in range(150_000)))
    assert matches("w5") == 1


def test_another_dictionary_takes_words_apart_its_own_way(postgres):
    one = post(content="seven moorings")
    assert matches("mooring") == 0
    call_command("rebuild_search", dictionary="english", verbosity=0)
    assert matches("mooring") == 1
    # Triggers of connections that are open follow, too.
    Post.objects.filter(pk=one.pk).update(content="two beacons")
    assert matches("beacon") == 1


def test_an_unknown_dictionary_is_refused_by_name(postgres):
    with pytest.raises(CommandError, match=r"no dictionary “klingon”, but .*simple"):
        call_command("rebuild_search", dictionary="klingon", verbosity=0)


def test_rebuilding_goes_over_every_row_in_slices(postgres, monkeypatch):
    monkeypatch.setattr(search, "ROWS_AT_A_TIME", 2)
    author = olive()
    Post.objects.bulk_create(Post(author=author, title="Quay", slug=str(n)) for n in range(5))
    PostSearch.objects.update(document=None)
    assert search.rebuild("posts") == 5
    assert matches("quay") == 5


@pytest.mark.django_db(transaction=True)
def test_rebuilding_does_not_bring_back_a_text_that_is_being_changed(postgres):
    one = post()
    changed, go_on = threading.Event(), threading.Event()

    def writer():
        with transaction.atomic():
            Post.objects.filter(pk=one.pk).update(title="Harbour")
            changed.set()
            go_on.wait(PATIENCE_SECONDS)
        connection.close()

    thread = threading.Thread(target=writer)
    thread.start()
    assert changed.wait(PATIENCE_SECONDS)
    threading.Timer(0.3, go_on.set).start()
    search.rebuild("posts")
    thread.join()
    assert (matches("ferry"), matches("harbour")) == (0, 1)


def test_on_sqlite_there_is_nothing_to_rebuild(sqlite):
    with pytest.raises(CommandError, match="Only PostgreSQL"):
        call_command("rebuild_search")
