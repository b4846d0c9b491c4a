from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0003_view_database")]

    operations = [
        migrations.AlterField("authortotal", "region", models.CharField(blank=True, max_length=40)),
    ]
