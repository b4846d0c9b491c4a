"""What the worker does with accounts every so often."""

from datetime import timedelta

from apps.backoffice import periodic
from apps.backoffice.periodic import Outcome
from apps.users.sessions import clear_expired_sessions


@periodic.job(
    "clear_sessions", every=timedelta(days=1), description="Removes sessions that have expired."
)
def clear_sessions():
    removed = 0
    while batch := clear_expired_sessions():
        removed += batch
        yield Outcome(f"{removed:,} expired sessions removed")
