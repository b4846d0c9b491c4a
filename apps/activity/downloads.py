"""Data that left the house: an entry for each download."""

import secrets

from django.db import transaction

from apps.activity.actions import record
from apps.activity.changes import Change
from apps.backoffice import downloads

# Not an object of ours, so no version; its label says what it was. Each has an id of its own: the
# entries of one object must add up, and two downloads are no history of anything.
TYPE, ID_BITS = "download", 62


@downloads.listen
def record_download(request, download: downloads.Download) -> None:
    said = {
        "name": download.name,
        "format": download.format,
        "rows": download.rows,
        "address": download.address,
        "whole": download.is_whole,
    }
    changes = {name: [None, value] for name, value in said.items()}
    with transaction.atomic():
        change = Change(TYPE, secrets.randbits(ID_BITS), download.title, None, changes)
        record(change, "download", by=request.user)
