import json

import pytest
from django.db import OperationalError, connection


@pytest.fixture
def dead_database(monkeypatch):
    def refuse(*args):
        raise OperationalError("connection to server at 10.0.0.7 failed")

    monkeypatch.setattr(connection, "cursor", refuse)


def test_healthz_asks_nobody(client):
    # Without the database mark any query raises.
    response = client.get("/healthz", headers={"host": "10.0.0.9"})

    assert response.status_code == 200
    assert response.content == b"ok\n"


@pytest.mark.django_db
def test_readyz_says_that_all_is_well(client):
    response = client.get("/readyz", headers={"host": "10.0.0.9"})

    assert response.status_code == 200
    assert response.json() == {"status": "ok", "database": "ok", "cache": "ok"}


def test_readyz_is_503_without_the_database_and_names_no_address(client, dead_database):
    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "database": "down", "cache": "ok"}
    assert "10.0.0.7" not in json.dumps(response.json())


@pytest.mark.django_db
def test_readyz_is_degraded_without_redis(client, spare_redis, settings):
    settings.CACHES = {"default": settings.REDIS_CACHE | {"LOCATION": spare_redis.url}}
    assert client.get("/readyz").json()["status"] == "ok"
    spare_redis.stop()

    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"status": "degraded", "database": "ok", "cache": "down"}


def test_no_other_address_is_a_probe(client):
    assert client.get("/healthz/").status_code == 404
