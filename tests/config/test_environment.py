"""Settings from the environment: each kind's good and bad values, and what a bad one says."""

import re
from pathlib import Path

import pytest

from config.settings.environment import SETTINGS, Environment

ROOT = Path(__file__).parents[2]
BAD = {
    "DATABASE_URL": [
        "postgres",
        "mysql://u:hunter2@h/d",
        "postgresql://u:hunter2@h:port/d",
        "postgresql://u:hunter2@h",
        "postgresql://u:hunter2@/d",
        "sqlite:relative",
        "sqlite:///",
    ],
    "DATABASE_REPLICA_URL": ["sqlite:///x", "postgresql://h:0/d", "replica"],
    "REDIS_URL": ["localhost:6379", "http://h", "redis://", "redis://h:port"],
    "MONGODB_URL": ["localhost", "mongodb://h", "mongodb://h/", "http://h/d"],
    "EMAIL_URL": ["mail.example.com", "ftp://h"],
    "SECRET_KEY": ["short", "a" * 60],
    "DEBUG": ["maybe", "2"],
    "ALLOWED_HOSTS": ["https://desk.example.com", "desk.example.com:443", "a b"],
    "CSRF_TRUSTED_ORIGINS": ["desk.example.com", "https://desk.example.com/path"],
    "HTTPS": ["tls"],
    "BEHIND_PROXY": ["nginx"],
    "TIME_ZONE": ["Mars/Olympus", "../etc/passwd", "/etc/passwd"],
    "LOG_FORMAT": ["xml", "JSON"],
    "WEB_CONCURRENCY": ["0", "-1", "2.5", "many", "٣"],
    "WORKER_THREAD": ["two"],
    "PORT": ["0", "70000", "http"],
    "RELEASE": ["a b", "x" * 41, "1;2"],
    "DB_ROLE": ["admin"],
    "DB_POOL_SIZE": ["-1", "abc", "1e3"],
    "DB_MAX_OVERFLOW": ["-1", "1001"],
    "DB_POOL_TIMEOUT": ["0", "nan", "inf", "61"],
    "DB_POOL_RECYCLE": ["0"],
    "DB_PRE_PING": ["perhaps"],
    "DB_CONNECT_TIMEOUT": ["0", "1.5"],
    "DB_ECHO": ["loud"],
    "DB_ECHO_POOL": ["loud"],
}


def test_every_setting_has_bad_values_to_be_tried_with():
    assert set(BAD) == set(SETTINGS)


@pytest.mark.parametrize(("name", "value"), [(n, value) for n in BAD for value in BAD[n]])
def test_a_bad_value_ends_the_start_with_one_line(name, value):
    with pytest.raises(SystemExit) as refusal:
        Environment({name: value})(name)

    line = refusal.value.code
    assert re.fullmatch(rf"{name} must .+\. Example: {name}=\S.*", line)
    assert "hunter2" not in line


@pytest.mark.parametrize("name", SETTINGS)
def test_default_and_example_are_accepted(name):
    Environment({})(name)
    if name != "SECRET_KEY":
        Environment({name: SETTINGS[name].example})(name)


def test_an_empty_variable_is_an_unset_one():
    assert Environment({"PORT": " "})("PORT") == 8000


def test_a_required_one_must_be_there():
    with pytest.raises(SystemExit, match=r"SECRET_KEY is not set\. Example: SECRET_KEY="):
        Environment({}).require("SECRET_KEY")


def test_a_database_address_is_read_whole():
    url = "postgresql://desk:p%40ss@db.example.com:6432/copydesk?sslmode=require"
    config = Environment({"DATABASE_URL": url})("DATABASE_URL")

    assert (config["HOST"], config["PORT"], config["NAME"]) == ("db.example.com", 6432, "copydesk")
    assert (config["USER"], config["PASSWORD"]) == ("desk", "p@ss")
    assert config["OPTIONS"] == {"sslmode": "require"}


def row(setting) -> str:
    default = f"`{setting.default}`" if setting.default else ""
    example = setting.example.removeprefix(f"{setting.name}=")
    return f"| `{setting.name}` | {default} | `{example}` | {setting.meaning} |"


def test_the_readme_has_every_setting_and_no_other():
    lines = (ROOT / "README.md").read_text().splitlines()
    table = [line for line in lines if re.match(r"\| `[A-Z_]+` \|", line)]

    assert table == [row(setting) for setting in SETTINGS.values()]


def test_the_example_file_has_every_setting_and_each_is_accepted():
    lines = (ROOT / ".env.example").read_text().splitlines()
    pairs = dict(line.removeprefix("# ").split("=", 1) for line in lines if "=" in line)

    assert list(pairs) == list(SETTINGS)
    for name in pairs.keys() - {"SECRET_KEY"}:
        Environment(pairs)(name)
