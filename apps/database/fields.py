"""Columns that only PostgreSQL has; migrations may import them."""

from django.db import models


class TSVectorField(models.Field):
    """A full-text document (`tsvector`), written by a trigger and never by Python.

    Django's own SearchVectorField asks for django.contrib.postgres, which SQLite
    cannot load. There the column stays empty and lists search by `icontains`.
    """

    def __init__(self, **options):
        super().__init__(**{"editable": False, "null": True, **options})

    def db_type(self, connection):
        return "tsvector" if connection.vendor == "postgresql" else "text"
