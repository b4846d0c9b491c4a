"""Third of three, after the deploy: code of before may write a null until then."""

from django.db import migrations, models
from syzygy.constants import Stage


class Migration(migrations.Migration):
    stage = Stage.POST_DEPLOY

    dependencies = [("users", "0012_user_email_verified_index")]

    operations = [
        migrations.AlterField(
            "user",
            "email_verified",
            models.BooleanField(
                "e-mail address verified",
                default=False,
                db_default=False,
                help_text="Whoever changes the address makes it unverified, unless he says otherwise.",
            ),
        ),
    ]
