import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import transaction
from pytest_django.asserts import assertNumQueries

from apps.users.cards import user_card
from apps.users.models import User


@pytest.fixture
def wren(transactional_db):
    user = User.objects.create_user("wren@example.com", "Wren", region="North")
    user.groups.set([Group.objects.get_or_create(name=name)[0] for name in ("Writer", "Analyst")])
    return user


def test_a_card_says_who_somebody_is(wren):
    card = user_card(wren.pk)
    assert (card.name, card.email, card.region) == ("Wren", "wren@example.com", "North")
    assert card.roles == "Analyst, Writer"
    assert card.is_active
    assert not card.is_deleted


def test_a_card_is_read_from_the_cache(wren):
    with assertNumQueries(1):  # the user, a row for each of his roles
        user_card(wren.pk)
    with assertNumQueries(0):
        assert user_card(wren.pk).name == "Wren"


def test_the_key_and_the_expiry_are_as_agreed(redis_url, wren):
    user_card(wren.pk)
    assert 1_790 <= cache.ttl(f"user:{wren.pk}") <= 1_800


def test_a_changed_name_is_shown_after_the_commit(wren):
    user_card(wren.pk)
    with transaction.atomic():
        User.objects.filter(pk=wren.pk).update(name="Wren Hale")
        user_card.drop(wren.pk)
    assert user_card(wren.pk).name == "Wren Hale"


def test_nobody_is_a_hit_too(transactional_db):
    assert user_card(0) is None
    with assertNumQueries(0):
        assert user_card(0) is None
