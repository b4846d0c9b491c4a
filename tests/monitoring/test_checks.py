import pytest

from apps.monitoring import checks

SQLITE = {"default": {"ENGINE": "django.db.backends.sqlite3"}}
POSTGRESQL = {"default": {"ENGINE": "apps.database.postgresql"}}
IN_PROCESS = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
REDIS = {"default": {"BACKEND": "django_redis.cache.RedisCache"}}


@pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")
@pytest.mark.parametrize(
    ("check", "setting", "missing", "present", "identifier"),
    [
        (checks.database_is_shared, "DATABASES", SQLITE, POSTGRESQL, "monitoring.I001"),
        (checks.cache_is_shared, "CACHES", IN_PROCESS, REDIS, "monitoring.I002"),
        (checks.hosts_are_named, "ALLOWED_HOSTS", ["localhost"], ["a.org"], "monitoring.I003"),
    ],
)
def test_a_check_informs_when_it_should_and_only_then(
    check, setting, missing, present, identifier, settings
):
    setattr(settings, setting, missing)
    assert [message.id for message in check(None)] == [identifier]

    setattr(settings, setting, present)
    assert check(None) == []
