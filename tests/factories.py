"""Objects that are valid by default, and a small cast of staff, one per role.

`olive()` may do everything, `ed()` edits, `wren()` writes, `maud()` moderates, `rory()` may
only read, `otto()` operates, `mallory()` is staff and may nothing.
"""

import datetime

import factory
from django.contrib.auth.models import Group

from apps.users.models import Profile, User

PASSWORD = "correct-horse-battery"
EPOCH = datetime.datetime(2026, 1, 5, 9, 0, tzinfo=datetime.UTC)


class UserFactory(factory.django.DjangoModelFactory):
    """`role="Editor"` makes the user staff with that role."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.LazyAttributeSequence(lambda user, n: f"person{n}@example.com")
    password = factory.django.Password(PASSWORD)
    # The database's default is its own clock, which no test can freeze.
    created_at = factory.Sequence(lambda n: EPOCH + datetime.timedelta(minutes=n))
    updated_at = factory.SelfAttribute("created_at")

    class Params:
        staff = factory.Trait(is_staff=True)

    @factory.post_generation
    def role(self, create, name, **kwargs):
        if create and name:
            self.groups.add(Group.objects.get(name=name))


class ProfileFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Profile

    user = factory.SubFactory(UserFactory)
    bio = "Writes about rivers."
    website = "https://example.com/"


def staff(name: str, role: str | None = None, **fields) -> User:
    fields = {"email": f"{name.lower()}@example.com", **fields}
    return UserFactory(name=name, staff=True, role=role, **fields)


def olive(**fields) -> User:
    return staff("Olive", "Admin", **fields)


def ed(**fields) -> User:
    return staff("Ed", "Editor", **fields)


def wren(**fields) -> User:
    return staff("Wren", "Writer", **fields)


def maud(**fields) -> User:
    return staff("Maud", "Moderator", **fields)


def rory(**fields) -> User:
    return staff("Rory", "Analyst", **fields)


def otto(**fields) -> User:
    return staff("Otto", "Operator", **fields)


def mallory(**fields) -> User:
    return staff("Mallory", **fields)
