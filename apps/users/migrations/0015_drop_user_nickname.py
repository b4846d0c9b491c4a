"""Second of two, after the deploy."""

from django.db import migrations, models
from syzygy.constants import Stage

from apps.database.operations import DropColumn


class Migration(migrations.Migration):
    stage = Stage.POST_DEPLOY

    dependencies = [("users", "0014_user_suspended_reason_gone")]

    operations = [
        DropColumn(
            "user",
            "nickname",
            models.CharField(max_length=60, blank=True, default="", db_default=""),
        ),
    ]
