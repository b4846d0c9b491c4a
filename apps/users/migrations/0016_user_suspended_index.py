"""How many are suspended now, over the few rows that have been.

After the deploy like what it follows; until then the same is counted from all rows.
"""

from django.db import migrations, models
from syzygy.constants import Stage


class Migration(migrations.Migration):
    stage = Stage.POST_DEPLOY

    dependencies = [("users", "0015_drop_user_nickname")]

    operations = [
        migrations.AddIndex(
            "user",
            models.Index(
                fields=["suspended_until"],
                condition=models.Q(deleted_at__isnull=True, suspended_until__isnull=False),
                name="idx_users_suspended",
            ),
        ),
    ]
