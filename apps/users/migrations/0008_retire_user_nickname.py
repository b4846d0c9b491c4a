"""First of two: no code reads it any more; the column stays for those who still write it."""

from django.db import migrations

from apps.database.operations import RetireField


class Migration(migrations.Migration):
    dependencies = [("users", "0007_user_region_wider")]

    operations = [RetireField("user", "nickname")]
