"""Actions in words: "publish" was done as "Published"."""

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
    "run": "Started",
    "purge": "Removed for good",
}


def done(action: str) -> str:
    return DONE.get(action) or action.replace("_", " ").capitalize()
