from django.db import migrations, models

from apps.database.operations import WidenField


class Migration(migrations.Migration):
    dependencies = [("reports", "0003_view_database")]

    operations = [
        WidenField("authortotal", "region", models.CharField(blank=True, max_length=40)),
    ]
