"""First of three: null for the accounts there are, False for those made from now on."""

from django.db import migrations, models

OPTIONS = {
    "verbose_name": "e-mail address verified",
    "null": True,
    "help_text": "Whoever changes the address makes it unverified, unless he says otherwise.",
}


class Migration(migrations.Migration):
    dependencies = [("users", "0003_user_phone")]

    operations = [
        # A default that came with the column would be that of the accounts there are.
        migrations.AddField("user", "email_verified", models.BooleanField(**OPTIONS)),
        migrations.AlterField(
            "user",
            "email_verified",
            models.BooleanField(**OPTIONS, default=False, db_default=False),
        ),
    ]
