from datetime import timedelta

from apps.backoffice import periodic
from apps.editing import actions

BATCH = 500


@periodic.job(
    "purge_pending_edits",
    every=timedelta(days=1),
    description="Removes edits that were kept more than 30 days ago.",
)
def purge_pending_edits():
    purged = 0
    while batch := actions.purge_old_edits(BATCH):
        purged += batch
        yield periodic.Outcome(f"{purged:,} pending edits removed")
