from django.db import migrations, models

from apps.database.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("activity", "0002_append_only"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="auditentry",
            index=models.Index(fields=["at"], name="idx_entry_at"),
        ),
    ]
