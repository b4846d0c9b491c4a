"""What runs at this moment."""

from dataclasses import dataclass
from datetime import datetime

from apps.database.models import MigrationRun
from apps.monitoring.migrating.wording import KIND, seconds_in_words


@dataclass(frozen=True)
class Running:
    name: str
    who: str
    since: datetime
    step: str
    statement: str
    kind: str
    seconds: str


def running(now: datetime) -> Running | None:
    """The migration that is at work; of several, the one begun last."""
    rows = MigrationRun.objects.filter(state=MigrationRun.State.RUNNING)
    run = rows.order_by("-started_at", "-id").defer("statements").first()
    if run is None:
        return None
    by = f", by {run.by}" if run.by else ""
    return Running(
        name=f"{run} (backwards)" if run.backwards else str(run),
        who=f"migrate on {run.host}{by}",
        since=run.started_at,
        step=f"step {run.step} of {run.steps}, {run.get_stage_display()}",
        statement=run.statement,
        kind=KIND.get(run.kind, ""),
        seconds=seconds_in_words((now - run.started_at).total_seconds()),
    )
