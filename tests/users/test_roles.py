import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.test.utils import CaptureQueriesContext

from apps.users import roles


def names_of(group: str) -> set[str]:
    found = Permission.objects.filter(group__name=group)
    return {f"{p.content_type.app_label}.{p.codename}" for p in found.select_related()}


@pytest.mark.django_db
def test_every_name_in_the_table_is_a_permission_there_is(django_db_setup):
    known = roles.known_permissions(roles.global_apps, "default")
    wanted = {name for names in roles.ROLES.values() for name in names} - {roles.EVERYTHING}
    assert wanted - known.keys() == set()


@pytest.mark.django_db
@pytest.mark.parametrize("role", roles.ROLES)
def test_a_role_holds_what_the_table_says(role):
    wanted = set(roles.ROLES[role])
    if roles.EVERYTHING in wanted:
        wanted = set(roles.known_permissions(roles.global_apps, "default"))
    assert names_of(role) == wanted


@pytest.mark.django_db
def test_writing_the_roles_again_changes_nothing(connection_queries):
    before = {role: names_of(role) for role in roles.ROLES}
    with connection_queries() as queries:
        roles.write_roles(verbosity=0)
    written = [q["sql"] for q in queries if q["sql"].startswith(("UPDATE", "DELETE"))]
    assert written == []
    assert {role: names_of(role) for role in roles.ROLES} == before


@pytest.mark.django_db
def test_a_role_is_put_right_and_a_group_of_the_staff_left_alone():
    writer, own = Group.objects.get(name="Writer"), Group.objects.create(name="Interns")
    too_much = Permission.objects.get(codename="delete_user")
    writer.permissions.set([too_much])
    own.permissions.set([too_much])

    roles.write_roles(verbosity=0)

    assert names_of("Writer") == set(roles.ROLES["Writer"])
    assert names_of("Interns") == {"users.delete_user"}


@pytest.mark.django_db
def test_permissions_that_are_missing_are_made_first():
    Permission.objects.all().delete()
    roles.write_roles(verbosity=0)
    assert names_of("Editor") == set(roles.ROLES["Editor"])


@pytest.mark.django_db(transaction=True)
def test_roles_come_back_after_a_flush():
    call_command("flush", interactive=False, verbosity=0)
    assert names_of("Editor") == set(roles.ROLES["Editor"])


@pytest.fixture
def connection_queries():
    from django.db import connection

    return lambda: CaptureQueriesContext(connection)
