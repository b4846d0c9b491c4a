"""Sessions in the database, each loaded with its user and his rights in one statement."""

import re
from datetime import datetime, timedelta
from functools import cache

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.db import connections, models, router, transaction
from django.utils import timezone

from apps.database.planned import fetch_planned
from apps.users.models import Session, User
from apps.users.rights import as_set, rights_sql

USE_NOTED_EVERY = timedelta(minutes=1)
# What Django makes. A cookie may carry anything else, NUL bytes too, and PostgreSQL
# answers those with an error.
SESSION_KEY_FORM = re.compile(r"[0-9a-z]{32}")


class SessionStore(DatabaseSessionStore):
    """`user` and `last_used_at` are those of the session once it has been loaded."""

    user: User | None = None
    last_used_at: datetime | None = None
    # Set by the middleware: where the request came from.
    address: str | None = None

    @classmethod
    def get_model_class(cls):
        return Session

    def _validate_session_key(self, key):
        return bool(key) and SESSION_KEY_FORM.fullmatch(key) is not None

    def _get_session_from_db(self):
        session = session_with_user(self.session_key)
        if session is None:
            self._session_key = None
            return None
        self.user, self.last_used_at = session.user, session.last_used_at
        return session

    def create_model_instance(self, data):
        session = super().create_model_instance(data)
        session.user_id = data.get(SESSION_KEY)
        session.address = self.address
        session.last_used_at = timezone.now()
        return session

    def note_use(self) -> None:
        """Write down that the session is in use, and its user about, at most once a minute."""
        now = timezone.now()
        due = self.user is not None and self.last_used_at < now - USE_NOTED_EVERY
        if due and self.session_key:
            self.last_used_at = now
            Session.objects.filter(pk=self.session_key).update(last_used_at=now)
            note_seen(self.user.pk, now)


def session_with_user(key: str) -> Session | None:
    """The session that has not expired, `.user` read with it and his rights filled in.

    One statement for what is otherwise four: it is asked on every page. To plan it took twice as
    long as all the rest.
    """
    using = router.db_for_read(Session)
    connection = connections[using]
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    rows = fetch_planned(connection, session_sql(using), [key, now])
    if not rows:
        return None
    *values, rights = converted(rows[0], using)
    session = build(Session, values[: len(SESSION_FIELDS)], using)
    if session.user_id is not None:
        session.user = build(User, values[len(SESSION_FIELDS) :], using)
        held = as_set(rights, is_superuser=session.user.is_superuser)
        session.user._rights = session.user._perm_cache = held
    return session


SESSION_FIELDS = Session._meta.concrete_fields
USER_FIELDS = User._meta.concrete_fields


@cache
def session_sql(using: str) -> str:
    quote = connections[using].ops.quote_name
    columns = [f"s.{quote(field.column)}" for field in SESSION_FIELDS]
    columns += [f"u.{quote(field.column)}" for field in USER_FIELDS]
    # Of the models' own column names; no input comes near it.
    return f"""
        SELECT {", ".join(columns)}, ({rights_sql(using)})
        FROM users_session s LEFT JOIN users u ON u.id = s.user_id
        WHERE s.session_key = %s AND s.expire_date > %s
    """  # noqa: S608  # nosec B608


@cache
def converters(using: str) -> list[tuple]:
    """Position, column and functions where the driver's value is not yet Python's (SQLite)."""
    connection = connections[using]
    columns = [field.cached_col for field in (*SESSION_FIELDS, *USER_FIELDS)]
    functions = [
        connection.ops.get_db_converters(column) + column.get_db_converters(connection)
        for column in columns
    ]
    return [
        (place, column, found)
        for place, (column, found) in enumerate(zip(columns, functions, strict=True))
        if found
    ]


def converted(row: tuple, using: str) -> list:
    values = list(row)
    for place, column, functions in converters(using):
        for function in functions:
            values[place] = function(values[place], column, connections[using])
    return values


def build(model: type[models.Model], values: list, using: str):
    return model.from_db(using, [field.attname for field in model._meta.concrete_fields], values)


def note_seen(user_id: int, now: datetime) -> None:
    """Set `last_seen_at`, which is no edit: the version stays.

    A row that somebody is writing is left out: a page does not wait for a minute's accuracy.
    """
    idle = models.Q(last_seen_at=None) | models.Q(last_seen_at__lt=now - USE_NOTED_EVERY)
    with transaction.atomic():
        free = User.objects.filter(idle, pk=user_id).select_for_update(
            skip_locked=True, no_key=True
        )
        User.objects.filter(pk__in=free.values("pk")).update(last_seen_at=now)


def end_sessions(user_ids, *, but: str | None = None) -> None:
    """Log these users out everywhere, except from the session with the key `but`."""
    Session.objects.filter(user_id__in=user_ids).exclude(session_key=but or "").delete()


def clear_expired_sessions(limit: int = 1_000) -> int:
    """Remove some sessions whose time is over; how many were."""
    over = Session.objects.filter(expire_date__lt=timezone.now()).values("pk")[:limit]
    return Session.objects.filter(pk__in=over).delete()[0]


def note_login(sender, user: User, **kwargs) -> None:
    """Receiver of Django's `user_logged_in`."""
    note_seen(user.pk, timezone.now())
