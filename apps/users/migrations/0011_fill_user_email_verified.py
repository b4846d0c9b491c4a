"""Second of three. An account that has been used counts as verified, any other does not."""

from django.db import migrations
from django.db.models import BooleanField, ExpressionWrapper, Q

from apps.database.operations import Backfill

USED = ExpressionWrapper(Q(last_seen_at__isnull=False), BooleanField())


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("users", "0010_user_suspension_reason")]

    operations = [Backfill("user", {"email_verified": USED})]
