from django.db import migrations, models

from apps.database.operations import WidenField


class Migration(migrations.Migration):
    dependencies = [("users", "0006_user_suspended_by_index")]

    operations = [
        WidenField(
            "user",
            "region",
            models.CharField(max_length=40, blank=True, db_default="", default=""),
        ),
    ]
