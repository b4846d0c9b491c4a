"""Jobs for tests, and their time."""

import datetime

from django.db import connection
from django.db.models import F

from apps.backoffice.periodic import Outcome
from apps.database.expressions import ClockTime
from apps.operations.models import Schedule

HOUR = datetime.timedelta(hours=1)


def nothing():
    yield from ()


def once():
    yield Outcome("Done")


def shift(name: str, column: str, by: datetime.timedelta) -> None:
    """Time passes for a job: the database's clock cannot be frozen, its rows can be dated back."""
    Schedule.objects.filter(name=name).update(**{column: F(column) + by})


def database_time() -> datetime.datetime:
    return Schedule.objects.annotate(now=ClockTime()).values_list("now", flat=True)[0]


def address_of_tests() -> str:
    """DATABASE_URL of the tests' own database, for processes that join them."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    return f"postgresql://copydesk@127.0.0.1:{settings['PORT']}/{settings['NAME']}"
