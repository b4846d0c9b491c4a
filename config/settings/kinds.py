"""What a setting's text may be. Each reader returns the value or raises ValueError with a
sentence that follows the variable's name; none repeats the text, which may hold a password.
"""

import re
from collections.abc import Callable
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import environ

TRUE = {"1", "on", "true", "yes"}
FALSE = {"0", "off", "false", "no", ""}
POSTGRESQL = {"postgres", "postgresql", "pgsql"}
EMAIL = set(environ.Env.EMAIL_SCHEMES)


def boolean(text: str) -> bool:
    if text.lower() not in TRUE | FALSE:
        raise ValueError("must be on or off")
    return text.lower() in TRUE


def integer(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not low <= int(text) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(text)

    return read


def seconds(low: float, high: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        if (
            not re.fullmatch(r"\d{1,6}(\.\d{1,6})?", text, re.ASCII)
            or not low <= float(text) <= high
        ):
            raise ValueError(f"must be a number of seconds from {low:g} to {high:g}")
        return float(text)

    return read


def one_of(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in (*choices, ""):
            raise ValueError(f"must be one of {', '.join(choices)}")
        return text

    return read


def label(text: str) -> str:
    # It becomes part of PostgreSQL's application_name, which holds 63 bytes.
    if not re.fullmatch(r"[A-Za-z0-9._+-]{0,40}", text):
        raise ValueError("must be at most 40 of letters, digits and . _ + -")
    return text


def secret(text: str) -> str:
    # Django's own deployment check asks for as much.
    if text and (len(text) < 50 or len(set(text)) < 5):
        raise ValueError("must be at least 50 random characters")
    return text


def time_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError("must be the name of a time zone") from None
    return text


def names(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def hosts(text: str) -> list[str]:
    for host in names(text):
        if not re.fullmatch(r"\*|\.?[A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\]", host):
            raise ValueError("must be host names separated by commas, without scheme or port")
    return names(text)


def origins(text: str) -> list[str]:
    for origin in names(text):
        if not re.fullmatch(r"https?://[A-Za-z0-9.*_-]+(:\d{1,5})?", origin):
            raise ValueError("must be origins with their scheme, separated by commas")
    return names(text)


def address(text: str, schemes: set[str], *, needs_host: bool = True) -> str:
    """A URL of one of the schemes, with a host and a possible port."""
    wanted = " or ".join(f"{scheme}://" for scheme in sorted(schemes))
    try:
        parts = urlsplit(text)
        sound = parts.port != 0
    except ValueError:
        raise ValueError("must be an address whose port is a number") from None
    if parts.scheme not in schemes:
        raise ValueError(f"must be an address that begins with {wanted}")
    if not sound or (needs_host and not parts.hostname):
        raise ValueError("must be an address with a host")
    return text


def database(text: str) -> dict:
    """Django's settings of one database, without what is ours to add."""
    if text.startswith("sqlite:"):
        if not re.fullmatch(r"sqlite:///[^?#]+", text):
            raise ValueError("must be sqlite:/// and the path of a file")
        return environ.Env.db_url_config(text)
    try:
        address(text, POSTGRESQL)
    except ValueError:
        raise ValueError("must be the address of a PostgreSQL database or a SQLite file") from None
    config = environ.Env.db_url_config(text)
    if not config["NAME"]:
        raise ValueError("must name a database after the last slash")
    return config


def replica(text: str) -> dict | None:
    if not text:
        return None
    if text.startswith("sqlite:"):
        raise ValueError("must be the address of a PostgreSQL database")
    return database(text)


def redis(text: str) -> str:
    return address(text, {"redis", "rediss"}) if text else ""


def mongodb(text: str) -> str:
    if not text:
        return ""
    # A replica set lists several hosts, of which urlsplit makes nothing.
    if not re.fullmatch(r"mongodb(\+srv)?://[^/\s]+/[^/?\s]+(\?\S*)?", text):
        raise ValueError("must begin with mongodb:// and name a database after the last slash")
    return text


def email(text: str) -> dict:
    address(text, EMAIL, needs_host=False)
    return environ.Env.email_url_config(text)
