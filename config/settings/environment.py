"""The one place that reads the environment: every setting by name, with its kind and example.

The table is in the README too, and a test compares the two. A wrong value stops the start with
one line on standard error: a traceback would bury the name, and could print a password.
"""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import environ

from . import kinds

BASE_DIR = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Setting:
    """`read` turns the text into a value or raises ValueError saying what was expected."""

    name: str
    read: Callable[[str], Any]
    default: str
    example: str
    meaning: str


SETTINGS = {
    setting.name: setting
    for setting in [
        Setting(
            "DATABASE_URL",
            kinds.database,
            "sqlite:///var/copydesk.sqlite3",
            "postgresql://copydesk:secret@db:5432/copydesk",
            "Where users, posts and comments live: PostgreSQL, or a SQLite file.",
        ),
        Setting(
            "DATABASE_REPLICA_URL",
            kinds.replica,
            "",
            "postgresql://copydesk:secret@replica:5432/copydesk",
            "A read-only copy of PostgreSQL for reports, read while it has what was written. "
            "Empty: none.",
        ),
        Setting(
            "REDIS_URL",
            kinds.redis,
            "",
            "redis://redis:6379/0",
            "The shared cache. Empty: each process keeps its own.",
        ),
        Setting(
            "MONGODB_URL",
            kinds.mongodb,
            "",
            "mongodb://mongodb:27017/copydesk",
            "Where copies of audit entries go. Empty: they stay in the database only.",
        ),
        Setting(
            "EMAIL_URL",
            kinds.email,
            "consolemail://",
            "smtp+tls://user:secret@mail.example.com:587",
            "How mail leaves. The default prints it.",
        ),
        Setting(
            "SECRET_KEY",
            kinds.secret,
            "",
            "SECRET_KEY=$(openssl rand -base64 48)",
            "Signs cookies and links; at least 50 characters. Required in production; on a laptop "
            "one is made in `var/secret_key`.",
        ),
        Setting(
            "DEBUG", kinds.boolean, "off", "on", "Tracebacks in the browser; not in production."
        ),
        Setting(
            "ALLOWED_HOSTS",
            kinds.hosts,
            "localhost,127.0.0.1,[::1]",
            "desk.example.com",
            "Host names that are answered, separated by commas.",
        ),
        Setting(
            "CSRF_TRUSTED_ORIGINS",
            kinds.origins,
            "",
            "https://desk.example.com",
            "Origins, with scheme, whose forms are accepted behind a proxy.",
        ),
        Setting(
            "HTTPS",
            kinds.boolean,
            "on",
            "off",
            "Production only: redirect to https, secure cookies, HSTS. Off to try it without TLS.",
        ),
        Setting(
            "BEHIND_PROXY",
            kinds.boolean,
            "off",
            "on",
            "Production only: believe X-Forwarded-Proto, and X-Forwarded-For in the log. "
            "On only if the proxy overwrites them.",
        ),
        Setting(
            "TIME_ZONE", kinds.time_zone, "UTC", "Europe/Lisbon", "Decides where a day begins."
        ),
        Setting(
            "LOG_FORMAT",
            kinds.one_of("console", "json"),
            "",
            "json",
            "`console` or `json`. Empty: json in production, console elsewhere.",
        ),
        Setting(
            "WEB_CONCURRENCY",
            kinds.integer(1, 256),
            "1",
            "4",
            "Processes, of 8 threads each.",
        ),
        Setting(
            "WORKER_THREAD",
            kinds.boolean,
            "off",
            "on",
            "The worker as a thread of the web process, for a laptop: `make run` sets it. "
            "Not in production.",
        ),
        Setting("PORT", kinds.integer(1, 65535), "8000", "8080", "Where gunicorn listens."),
        Setting(
            "RELEASE",
            kinds.label,
            "",
            "2026-11-20.1",
            "Name of the running version; shown in the database's connection list.",
        ),
        Setting(
            "DB_ROLE",
            kinds.one_of("web", "worker", "command"),
            "web",
            "worker",
            "What the process is; sets its timeouts. `manage.py` sets `command`.",
        ),
        Setting(
            "DB_POOL_SIZE",
            kinds.integer(0, 1000),
            "5",
            "8",
            "Connections a process keeps open to PostgreSQL. 0: no pool.",
        ),
        Setting(
            "DB_MAX_OVERFLOW",
            kinds.integer(0, 1000),
            "10",
            "4",
            "Connections beyond these under load.",
        ),
        Setting(
            "DB_POOL_TIMEOUT",
            kinds.seconds(0.1, 60),
            "2",
            "1.5",
            "Seconds a request waits for a connection before it answers 503.",
        ),
        Setting(
            "DB_POOL_RECYCLE",
            kinds.integer(1, 86_400),
            "3600",
            "900",
            "Seconds after which a connection is replaced.",
        ),
        Setting(
            "DB_PRE_PING",
            kinds.boolean,
            "on",
            "off",
            "Test a connection before use; a dead one empties the pool at once.",
        ),
        Setting(
            "DB_CONNECT_TIMEOUT",
            kinds.integer(1, 60),
            "2",
            "5",
            "Seconds to connect; libpq counts in whole ones, at least 2.",
        ),
        Setting("DB_ECHO", kinds.boolean, "off", "on", "Log every statement."),
        Setting("DB_ECHO_POOL", kinds.boolean, "off", "on", "Log what the pool does."),
    ]
}


class Environment:
    """Settings by name: `env("PORT")`. An empty or unset variable gives the default."""

    def __init__(self, values: Mapping[str, str]):
        self.values = values

    def __call__(self, name: str, default: str | None = None) -> Any:
        """`default` replaces the table's, for settings modules that know better."""
        setting = SETTINGS[name]
        text = self.values.get(name, "").strip()
        text = text or (setting.default if default is None else default)
        try:
            return setting.read(text)
        except ValueError as problem:
            refuse(setting, str(problem))

    def require(self, name: str) -> Any:
        if not self.values.get(name, "").strip():
            refuse(SETTINGS[name], "is not set")
        return self(name)


def refuse(setting: Setting, problem: str) -> NoReturn:
    """Stop the process with one line; the value itself is not repeated, it may be a secret."""
    example = setting.example
    if not example.startswith(f"{setting.name}="):
        example = f"{setting.name}={example}"
    sys.exit(f"{setting.name} {problem}. Example: {example}")


def load() -> Environment:
    """The process's environment over the `.env` file beside manage.py."""
    environ.Env.read_env(BASE_DIR / ".env")
    return Environment(os.environ)


# Set by the testing settings, which read neither the process's environment nor `.env`.
fixed: Mapping[str, str] | None = None


def current() -> Environment:
    """The environment the settings are made from, each value found sound."""
    env = load() if fixed is None else Environment(fixed)
    for name in SETTINGS:
        env(name)
    return env
