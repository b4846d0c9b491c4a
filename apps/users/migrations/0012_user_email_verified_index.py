from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("users", "0011_fill_user_email_verified")]

    operations = [
        migrations.AddIndex(
            "user",
            models.Index(
                fields=["email_verified", "created_at", "id"],
                condition=models.Q(deleted_at__isnull=True),
                name="idx_users_verified",
            ),
        ),
    ]
