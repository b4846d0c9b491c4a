import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("users", "0002_user_nickname")]

    operations = [
        migrations.AddField(
            "user",
            "phone",
            models.CharField(
                max_length=20,
                null=True,
                blank=True,
                validators=[
                    django.core.validators.RegexValidator(
                        "^\\+?[0-9][0-9 ()/.-]*$", "Write digits, spaces and + ( ) / . - only."
                    )
                ],
            ),
        ),
    ]
