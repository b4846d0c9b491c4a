"""What of a schedule is recorded: who started a job by hand. How it stands is the worker's."""

from apps.activity.recorded import Recorded, register
from apps.operations.models import Schedule

register(
    Recorded(
        model=Schedule,
        label="name",
        fields=(),
        left_out=tuple(field.name for field in Schedule._meta.concrete_fields),
    )
)
