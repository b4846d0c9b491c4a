"""What of a backfill is recorded: who held it back, and who let it go on."""

from apps.activity.recorded import Recorded, register
from apps.database.models import Backfill

register(
    Recorded(
        model=Backfill,
        label="name",
        fields=(),
        left_out=tuple(field.name for field in Backfill._meta.concrete_fields),
    )
)
