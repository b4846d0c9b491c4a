"""First of three: the number alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("users", "0004_user_email_verified")]

    operations = [
        migrations.AddField(
            "user",
            "suspended_by",
            models.BigIntegerField(null=True, editable=False, db_column="suspended_by_id"),
        ),
    ]
