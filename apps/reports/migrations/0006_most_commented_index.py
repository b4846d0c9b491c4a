from django.db import migrations, models

from apps.database.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("reports", "0005_rollup_versions"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="dailytotal",
            index=models.Index(
                condition=models.Q(("metric", "posts.most_commented")),
                fields=["-value", "day", "key"],
                name="idx_daily_most_commented",
            ),
        ),
    ]
