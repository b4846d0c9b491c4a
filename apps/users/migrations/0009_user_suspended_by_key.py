"""Third of three: the numbers are keys of accounts, checked while everybody reads and writes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("users", "0008_retire_user_nickname")]

    operations = [
        migrations.AlterField(
            "user",
            "suspended_by",
            models.ForeignKey(
                settings.AUTH_USER_MODEL,
                django.db.models.deletion.PROTECT,
                null=True,
                editable=False,
                related_name="+",
                db_index=False,
            ),
        ),
    ]
