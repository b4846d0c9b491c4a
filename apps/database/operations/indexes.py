"""Indexes that are made beside those who write."""

from django.db.migrations.operations import AddIndex


class AddIndexConcurrently(AddIndex):
    """AddIndex by the name that older migrations know it by.

    `apps.database.postgresql` makes every index beside writers, and drops what a build that was
    killed has left behind. Django's own of this name loads PostgreSQL's driver on SQLite too.
    """
