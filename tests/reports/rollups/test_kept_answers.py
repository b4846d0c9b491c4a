"""A kept answer holds until one of the days before today, or a total, has changed."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from apps.backoffice import single_flight
from apps.posts import actions as posts
from apps.reports import answers
from apps.reports.models import DirtyDay
from apps.reports.rollups.days import today
from apps.reports.rollups.refresh import refresh
from tests import factories
from tests.factories import PostFactory

pytestmark = pytest.mark.django_db
CONTENT = "/admin/reports/content/"


@pytest.fixture
def reads(monkeypatch) -> list:
    """One item for each table that is read."""
    seen, read_table = [], answers.read_table
    monkeypatch.setattr(
        answers, "read_table", lambda *args, **how: seen.append(1) or read_table(*args, **how)
    )
    return seen


@pytest.fixture
def reader(client):
    client.force_login(factories.olive())
    return client


@pytest.fixture
def post():
    return PostFactory(status="published", published_at=timezone.now() - timedelta(days=3))


def published(reader) -> str:
    params = {"start": today() - timedelta(days=6), "end": today()}
    text = reader.get(CONTENT, params).content.decode()
    return text.partition('<p class="figure">')[2].partition("</p>")[0].partition(">")[2][0]


def refreshed() -> None:
    for _ in refresh():
        pass


def archive(post) -> None:
    posts.archive_post(post, by=factories.ed())


def test_a_day_that_changed_is_read_anew(reader, post, reads):
    refreshed()
    assert published(reader) == "1"
    once = len(reads)
    assert published(reader) == "1"
    assert len(reads) == once
    archive(post)
    assert published(reader) == "0"
    assert len(reads) == 2 * once


def test_marked_and_refreshed_unseen_it_is_read_anew(reader, post):
    """The marks are as many as they were: none."""
    refreshed()
    assert published(reader) == "1"
    archive(post)
    refreshed()
    assert not DirtyDay.objects.exists()
    assert published(reader) == "0"


def test_a_refresh_that_found_nothing_new_leaves_it(reader, post, reads):
    refreshed()
    published(reader)
    once = len(reads)
    refreshed()
    published(reader)
    assert len(reads) == once


def test_totals_of_today_that_a_refresh_moved_are_read_anew(reader, reads):
    refreshed()
    assert published(reader) == "0"
    PostFactory(status="published", published_at=timezone.now())
    refreshed()
    assert published(reader) == "1"


def test_a_process_with_a_cache_of_its_own_sees_it(reader, post):
    """What another process keeps is not ours to drop, so its copy says how old it is."""
    refreshed()
    published(reader)
    [key] = [key for key in kept_keys() if "report:content" in key]
    old = cache.get(key)
    archive(post)
    assert published(reader) == "0"
    # As the cache of a process that has not been asked since.
    cache.set(key, old)
    assert published(reader) == "0"


def kept_keys() -> list[str]:
    if hasattr(cache, "keys"):
        return cache.keys("*report:content*")
    return [key.partition(":1:")[2] for key in cache._cache]


def test_without_redis_it_is_read_anew_too(reader, post, spare_redis, settings):
    refreshed()
    settings.CACHES = {"default": settings.REDIS_CACHE | {"LOCATION": spare_redis.url}}
    spare_redis.stop()
    assert published(reader) == "1"
    archive(post)
    assert published(reader) == "0"
    spare_redis.start()


def test_a_change_between_the_reading_and_its_keeping_is_not_lost(reader, post, monkeypatch):
    """The stamp is of the moment before the first figure, whatever comes while they are read."""
    refreshed()
    read_table = answers.read_table

    def overtaken(*args, **how):
        found = read_table(*args, **how)
        if not DirtyDay.objects.exists():
            archive(post)
        return found

    monkeypatch.setattr(answers, "read_table", overtaken)
    published(reader)
    monkeypatch.undo()
    assert published(reader) == "0"


def test_tiles_ask_once_whether_their_figures_hold(reader, django_assert_num_queries):
    refreshed()
    reader.get("/admin/reports/")
    single_flight.in_process.clear()
    # The session, and whether a day has changed: for all reports together.
    with django_assert_num_queries(2):
        reader.get("/admin/reports/")
