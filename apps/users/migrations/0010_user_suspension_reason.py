"""First of two: the reason stands there under both names, whoever writes which."""

from django.db import migrations

from apps.database.operations import ExpandRename


class Migration(migrations.Migration):
    dependencies = [("users", "0009_user_suspended_by_key")]

    operations = [ExpandRename("user", "suspended_reason", "suspension_reason")]
