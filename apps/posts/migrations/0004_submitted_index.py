from django.db import migrations, models

from apps.database.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("posts", "0003_tagged_posts_index"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="post",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True), ("submitted_at__isnull", False)),
                fields=["submitted_at"],
                name="idx_posts_submitted",
            ),
        ),
    ]
