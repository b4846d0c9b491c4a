"""Migration operations of our own; a migration imports them from here."""

from .indexes import AddIndexConcurrently
from .sql import PostgresSQL

__all__ = ["AddIndexConcurrently", "PostgresSQL"]

# What `makemigrations` writes names this package, so that the files within it may move.
for _operation in (AddIndexConcurrently, PostgresSQL):
    _operation.__module__ = __name__
