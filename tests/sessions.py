"""Other sessions of the test's database, beside Django's."""

from typing import Any

import psycopg
from django.db import connection
from psycopg.conninfo import make_conninfo


def address() -> str:
    """Of the database alone, without what Django asks of a session."""
    parameters = connection.get_connection_params()
    return make_conninfo(**{name: parameters[name] for name in ("dbname", "user", "host", "port")})


def another_session(**options: Any) -> psycopg.Connection:
    """`options` are psycopg's, such as `autocommit` and `application_name`."""
    return psycopg.connect(address(), **options)
