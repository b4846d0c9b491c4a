"""Second of two, after the deploy: nobody writes the former name any more."""

from django.db import migrations
from syzygy.constants import Stage

from apps.database.operations import ContractRename


class Migration(migrations.Migration):
    stage = Stage.POST_DEPLOY

    dependencies = [("users", "0013_user_email_verified_not_null")]

    operations = [ContractRename("user", "suspended_reason", "suspension_reason")]
