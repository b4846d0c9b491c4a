from collections.abc import Iterable

from django.db.models import Model

from apps.activity.actions import Source, record_many
from apps.activity.changes import created


def record_import(rows: Iterable[Model]) -> None:
    """An entry for each row that an import has made; nobody of the staff wrote them."""
    record_many(map(created, rows), "import", by=None, source=Source.IMPORT)
