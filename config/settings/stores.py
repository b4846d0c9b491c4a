"""The databases and the cache, from the environment."""

from typing import Any

from .environment import BASE_DIR, Environment

# Statement, lock and idle-in-transaction timeouts in milliseconds, 0 is none. A command's
# statement may last: an index on ten million posts, a COPY. Its locks and idling may not.
TIMEOUTS = {
    "web": (15_000, 3_000, 60_000),
    "worker": (15_000, 3_000, 60_000),
    "command": (0, 3_000, 60_000),
    "reports": (60_000, 3_000, 60_000),
}
SQLITE_OPTIONS = {
    # A read-then-write transaction that begins DEFERRED fails at once when another writes.
    "transaction_mode": "IMMEDIATE",
    "timeout": 5,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
}
SQLITE_READING = {
    "transaction_mode": "DEFERRED",
    "init_command": f"{SQLITE_OPTIONS['init_command']}; PRAGMA query_only=ON",
}
# Of each transaction, so that no page has to say it in a statement.
ONE_MOMENT = (
    r" -c default_transaction_isolation=repeatable\ read -c default_transaction_read_only=on"
)
# Of a process, at once, for each alias; who reads what is cached needs none.
REPORT_CONNECTIONS = 4


def databases(env: Environment) -> dict[str, dict[str, Any]]:
    """`default`; `reports`, the same database as reports read it; `replica` where there is one."""
    aliases = {
        "default": database(env("DATABASE_URL"), env),
        "reports": for_reports(env("DATABASE_URL"), env),
    }
    if replica := env("DATABASE_REPLICA_URL"):
        aliases["replica"] = for_reports(replica, env)
    return aliases


def database(config: dict[str, Any], env: Environment) -> dict[str, Any]:
    if config["ENGINE"].endswith("sqlite3"):
        return sqlite(config["NAME"])
    return postgresql(config, env)


def for_reports(config: dict[str, Any], env: Environment) -> dict[str, Any]:
    """An alias that only reads, with timeouts of its own and no connection kept for nothing."""
    if config["ENGINE"].endswith("sqlite3"):
        made = sqlite(config["NAME"])
        # Reading must not take the one writer's place.
        made["OPTIONS"] |= SQLITE_READING
        return made
    made = postgresql(config, env)
    made["OPTIONS"]["options"] = session_settings("reports")
    made["OPTIONS"]["options"] += ONE_MOMENT
    if "pool" in made["OPTIONS"]:
        made["OPTIONS"]["pool"] |= {"min_size": 0, "max_size": REPORT_CONNECTIONS}
    return made


def sqlite(path: str) -> dict[str, Any]:
    file = BASE_DIR / path
    file.parent.mkdir(parents=True, exist_ok=True)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": file,
        "OPTIONS": dict(SQLITE_OPTIONS),
    }


def postgresql(config: dict[str, Any], env: Environment) -> dict[str, Any]:
    role = env("DB_ROLE")
    options = config.get("OPTIONS", {}) | {
        "application_name": " ".join(filter(None, ["copydesk", role, env("RELEASE")])),
        "connect_timeout": env("DB_CONNECT_TIMEOUT"),
        # A peer that vanished without a word is found in 30 + 3 × 10 seconds, not in two hours.
        "keepalives": 1,
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,
        "options": session_settings(role),
    }
    # A command or a worker is one thread: it has one connection, and no threads to keep more.
    if role == "web" and env("DB_POOL_SIZE"):
        options["pool"] = pool(env)
    return config | {
        "ENGINE": "apps.database.postgresql",
        "OPTIONS": options,
        # A worker looks for work every second, and keeps its connection meanwhile.
        "CONN_MAX_AGE": env("DB_POOL_RECYCLE") if role == "worker" else 0,
        # With a pool this is what turns on its check of each connection handed out.
        "CONN_HEALTH_CHECKS": env("DB_PRE_PING"),
    }


def session_settings(role: str) -> str:
    """Given when connecting, so that RESET ALL comes back to them."""
    statement, lock, idle = TIMEOUTS[role]
    return (
        f"-c statement_timeout={statement} -c lock_timeout={lock} "
        f"-c idle_in_transaction_session_timeout={idle} -c TimeZone=UTC"
    )


def pool(env: Environment) -> dict[str, Any]:
    size = env("DB_POOL_SIZE")
    return {
        "min_size": size,
        "max_size": size + env("DB_MAX_OVERFLOW"),
        "timeout": env("DB_POOL_TIMEOUT"),
        "max_lifetime": env("DB_POOL_RECYCLE"),
    }


def caches(env: Environment) -> dict[str, dict[str, Any]]:
    return {"default": redis(env("REDIS_URL")) if env("REDIS_URL") else dict(IN_PROCESS)}


IN_PROCESS = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "LOCATION": "copydesk",
    "OPTIONS": {"MAX_ENTRIES": 10_000},
}


def redis(url: str) -> dict[str, Any]:
    """A Redis that hangs may cost little, and the guard sees to it that it does so once."""
    return {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": url,
        "KEY_PREFIX": "copydesk",
        "OPTIONS": {
            "IGNORE_EXCEPTIONS": True,
            # Asks no more for a while after a call that failed: the timeout is paid once.
            "REDIS_CLIENT_CLASS": "apps.backoffice.guarded_redis.GuardedRedis",
            "SOCKET_CONNECT_TIMEOUT": 0.2,
            "SOCKET_TIMEOUT": 0.2,
            # redis-py 8 tries ten times more by itself.
            "CONNECTION_POOL_KWARGS": {"retry": None},
        },
    }
