"""Second of three: what the foreign key's own look-ups need, over the few rows that have one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("users", "0005_user_suspended_by")]

    operations = [
        migrations.AddIndex(
            "user",
            models.Index(
                fields=["suspended_by"],
                condition=models.Q(suspended_by__isnull=False),
                name="idx_users_suspended_by",
            ),
        ),
    ]
