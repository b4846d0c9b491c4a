"""Actions in words, "publish" was done as "Published", and who did them."""

from apps.activity.models import AuditEntry

SOMEBODY = "Somebody"
Source = AuditEntry.Source
# Who did what no person did.
MACHINES = {
    Source.SCHEDULE: "The schedule",
    Source.IMPORT: "An import",
    Source.COMMAND: "A command",
    Source.SYSTEM: "The system",
}

DONE = {
    "create": "Added",
    "change": "Saved",
    "submit": "Submitted",
    "return": "Returned to draft",
    "schedule": "Scheduled",
    "publish": "Published",
    "archive": "Archived",
    "approve": "Approved",
    "spam": "Marked as spam",
    "remove": "Removed",
    "trash": "Moved to trash",
    "restore": "Restored",
    "delete": "Deleted",
    "suspend": "Suspended",
    "unsuspend": "Let in again",
    "activate": "Switched on",
    "deactivate": "Switched off",
    "password": "Changed the password of",
    "import": "Imported",
    "download": "Downloaded",
    "run": "Started",
    "pause": "Paused",
    "resume": "Resumed",
    "purge": "Removed for good",
}


def maker(actor_label: str, source: str) -> str:
    """The person as he was called then, or what acted by itself."""
    return actor_label or MACHINES.get(source, SOMEBODY)


def done(action: str) -> str:
    return DONE.get(action) or action.replace("_", " ").capitalize()
