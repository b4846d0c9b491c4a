"""The way down of a wider text, through the migration of ours that has one."""

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from apps.users.models import User
from tests.factories import UserFactory


@pytest.mark.django_db(transaction=True)
def test_rows_that_have_grown_do_not_refuse_the_way_down(postgres):
    user = UserFactory(region="x" * 40)
    loader = MigrationLoader(connection)
    migration = loader.get_migration("users", "0007_user_region_wider")
    state = loader.project_state(("users", "0006_user_suspended_by_index"))
    with connection.schema_editor(atomic=False) as editor:
        migration.unapply(state, editor)
    assert User.objects.get(pk=user.pk).region == "x" * 40
