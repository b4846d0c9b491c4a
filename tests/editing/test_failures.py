"""A save that fails in the database is kept there, or at least answered as an outage."""

import re
import sqlite3
import time
from contextlib import contextmanager

import pytest
from django.db import connection

from apps.editing import not_saved, presence
from apps.editing.models import PendingEdit
from apps.posts.models import Post
from tests.factories import PostFactory, ed, olive
from tests.forms import log_in, merge_page, open_add, open_change
from tests.sessions import another_session
from tests.sizes import LOCK_SECONDS
from tests.stores import free_port

transactional = pytest.mark.django_db(transaction=True)


@pytest.fixture
def post():
    return PostFactory(title="Harbour")


@pytest.fixture
def form(post):
    return open_change(log_in(olive()), post)


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


@contextmanager
def each_update(does: str):
    """Every UPDATE of a post does this first."""
    run(f"CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN PERFORM {does}; RETURN NEW; END $$")  # fmt: skip
    run("CREATE TRIGGER fail BEFORE UPDATE ON posts FOR EACH ROW EXECUTE FUNCTION fail()")
    try:
        yield
    finally:
        run("DROP FUNCTION fail CASCADE")


def assert_kept(answer, cause: str, typed: str = "Typed") -> PendingEdit:
    pending = PendingEdit.objects.get()
    assert (pending.cause, pending.payload["data"]["title"]) == (cause, [typed])
    assert typed in answer.content.decode()
    assert Post.objects.get().title == "Harbour"
    return pending


def assert_its_button_saves(form, answer) -> None:
    page = merge_page(form.client, answer.content.decode())
    assert page.post().status_code == 302
    assert Post.objects.get().title == "Typed"
    assert PendingEdit.objects.get().resolution == "applied"


def post_within_a_second(form):
    """Each statement has so long; those that nothing stops have ended, on a busy machine too."""
    run("SET statement_timeout = '1s'")
    answer = form.post(title="Typed")
    run("RESET statement_timeout")
    return answer


@transactional
@pytest.mark.usefixtures("postgres")
def test_a_row_that_somebody_is_saving_is_waited_for_and_then_the_edit_is_kept(form, post):
    editor = ed()
    presence.beat(presence.Tab("posts.post", post.pk, editor.pk, "a" * 8), "Ed", "editing")
    if LOCK_SECONDS < 3:
        run(f"SET lock_timeout = {int(LOCK_SECONDS * 1000)}")
    with another_session() as other:
        other.execute("SELECT 1 FROM posts WHERE id = %s FOR UPDATE", [post.pk])
        began = time.monotonic()
        answer = form.post(title="Typed")
        waited = time.monotonic() - began
    assert answer.status_code == 409
    # Not as long as a statement may take in all, 15 s.
    assert LOCK_SECONDS <= waited < 12
    page = answer.content.decode()
    assert re.search(r"<h1[^>]*>Ed is saving this post, try again</h1>", page)
    assert_kept(answer, "lock")
    assert_its_button_saves(form, answer)


@transactional
@pytest.mark.usefixtures("postgres")
def test_while_it_is_still_being_saved_the_button_keeps_it_again(form, post):
    run("SET lock_timeout = '100ms'")
    with another_session() as other:
        other.execute("SELECT 1 FROM posts WHERE id = %s FOR UPDATE", [post.pk])
        answer = form.post(title="Typed")
        again = merge_page(form.client, answer.content.decode()).post()
        assert again.status_code == 409
        assert_kept(again, "lock")
        # The form itself, sent again, is the same pending edit.
        assert form.post().status_code == 409
        assert PendingEdit.objects.count() == 1
    assert_its_button_saves(form, again)


@transactional
@pytest.mark.usefixtures("postgres")
def test_who_waits_for_one_row_behind_many_is_told_that_it_is_being_saved(form, post):
    """Each holds it for less than a lock's timeout, all of them for longer than a statement's."""
    with another_session() as other:
        other.execute("SELECT 1 FROM posts WHERE id = %s FOR UPDATE", [post.pk])
        answer = post_within_a_second(form)
    assert answer.status_code == 409
    assert_kept(answer, "lock")
    assert_its_button_saves(form, answer)


@transactional
@pytest.mark.usefixtures("postgres")
def test_a_statement_that_takes_too_long_is_ended_and_the_edit_kept(form):
    with each_update("pg_sleep(5)"):
        answer = post_within_a_second(form)
    assert answer.status_code == 503
    assert_kept(answer, "timeout")
    assert_its_button_saves(form, answer)


@transactional
@pytest.mark.usefixtures("postgres")
def test_a_connection_that_dies_in_the_save_leaves_the_edit_in_a_new_one(form):
    with each_update("pg_terminate_backend(pg_backend_pid())"):
        answer = form.post(title="Typed")
    assert answer.status_code == 503
    assert_kept(answer, "database")
    assert_its_button_saves(form, answer)


@transactional
@pytest.mark.usefixtures("postgres")
def test_a_new_object_is_kept_too():
    form = open_add(log_in(olive()), Post)
    run("CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$")  # fmt: skip
    run("CREATE TRIGGER fail AFTER INSERT ON posts FOR EACH ROW EXECUTE FUNCTION fail()")
    try:
        answer = form.post(title="Typed")
    finally:
        run("DROP FUNCTION fail CASCADE")
    assert answer.status_code == 503
    assert not Post.objects.exists()
    page = merge_page(form.client, answer.content.decode())
    assert page.post().status_code == 302
    assert Post.objects.get().title == "Typed"
    # The form that was lost on the way is the same one.
    assert form.post().status_code == 302
    assert Post.objects.count() == 1


@transactional
@pytest.mark.usefixtures("postgres")
def test_a_database_that_stays_away_is_an_outage(form, monkeypatch):
    with each_update("pg_terminate_backend(pg_backend_pid())"):
        with monkeypatch.context() as patch:
            patch.setitem(connection.settings_dict, "PORT", free_port())
            answer = form.post(title="Typed")
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "5"
        connection.close()
        assert not PendingEdit.objects.exists()
    # The browser still has the form.
    assert form.post().status_code == 302
    assert Post.objects.get().title == "Typed"


@contextmanager
def sqlite_writer():
    """Another process writes."""
    path = connection.settings_dict["NAME"]
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield other
    finally:
        other.close()


@transactional
@pytest.mark.usefixtures("sqlite")
def test_on_sqlite_a_writer_that_does_not_end_is_an_outage(form):
    run("PRAGMA busy_timeout = 100")
    with sqlite_writer():
        answer = form.post(title="Typed")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert form.post().status_code == 302
    assert Post.objects.get().title == "Typed"


@transactional
@pytest.mark.usefixtures("sqlite")
def test_on_sqlite_a_writer_that_ends_late_leaves_a_pending_edit(form, monkeypatch):
    run("PRAGMA busy_timeout = 100")
    keep_edit = not_saved.keep_edit

    def keep_when_he_has_ended(*args, **options):
        other.rollback()
        return keep_edit(*args, **options)

    monkeypatch.setattr(not_saved, "keep_edit", keep_when_he_has_ended)
    with sqlite_writer() as other:
        answer = form.post(title="Typed")
    assert answer.status_code == 409
    assert "Somebody is saving this post, try again" in answer.content.decode()
    assert_kept(answer, "lock")
    assert_its_button_saves(form, answer)


@pytest.mark.usefixtures("postgres")
@transactional
def test_a_column_of_another_type_keeps_no_save(form):
    """A migration in the midst of work: how the row is read was planned for the old type."""
    assert form.post(title="First").status_code == 302
    again = open_change(form.client, Post.objects.get())
    with another_session() as other:
        other.execute("ALTER TABLE posts ALTER slug TYPE text")
    try:
        assert again.post(title="Second").status_code == 302
    finally:
        with another_session() as other:
            other.execute("ALTER TABLE posts ALTER slug TYPE varchar(200)")
        connection.close()

    assert not PendingEdit.objects.exists()
    assert Post.objects.get().title == "Second"
