from apps.database.expressions import RandomUUID
from tests import factories


def test_each_row_has_another_uuid_of_version_4(db):
    people = [factories.olive(), factories.wren()]

    keys = [user.key for user in type(people[0]).objects.annotate(key=RandomUUID())]
    assert len(set(keys)) == 2
    assert {key.version for key in keys} == {4}
    assert {key.variant for key in keys} == {"specified in RFC 4122"}
