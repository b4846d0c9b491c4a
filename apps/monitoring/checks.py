"""What an operator should hear before a deployment; none of it stops one.

Optional stores are information: Copydesk works without them and says on its pages what is missing.
"""

from django.conf import settings
from django.core.checks import Info, Tags, register
from django.core.checks.messages import CheckMessage

LOCAL = {"localhost", "127.0.0.1", "[::1]"}


@register(Tags.database, deploy=True)
def database_is_shared(app_configs, **kwargs) -> list[CheckMessage]:
    if not settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        return []
    return [
        Info(
            "The database is a SQLite file: one machine, one writer at a time.",
            hint="Set DATABASE_URL to a PostgreSQL database.",
            id="monitoring.I001",
        )
    ]


@register(Tags.caches, deploy=True)
def cache_is_shared(app_configs, **kwargs) -> list[CheckMessage]:
    if not settings.CACHES["default"]["BACKEND"].endswith("LocMemCache"):
        return []
    return [
        Info(
            "Each process keeps a cache of its own.",
            hint="Set REDIS_URL to share one.",
            id="monitoring.I002",
        )
    ]


@register(Tags.security, deploy=True)
def hosts_are_named(app_configs, **kwargs) -> list[CheckMessage]:
    if not set(settings.ALLOWED_HOSTS) <= LOCAL:
        return []
    return [
        Info(
            "Only this machine's own names are answered.",
            hint="Set ALLOWED_HOSTS to the name staff will type.",
            id="monitoring.I003",
        )
    ]
