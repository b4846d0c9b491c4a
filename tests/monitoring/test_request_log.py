import pytest
from structlog.testing import capture_logs


def test_an_answer_carries_the_id_of_its_log_lines(client):
    first, second = client.get("/"), client.get("/")

    assert len(first["X-Request-ID"]) == 36
    assert first["X-Request-ID"] != second["X-Request-ID"]


def test_an_id_from_outside_is_taken_behind_a_proxy_only(client, settings):
    assert client.get("/", headers={"x-request-id": "forged"})["X-Request-ID"] != "forged"

    settings.DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True
    assert client.get("/", headers={"x-request-id": "proxy-7"})["X-Request-ID"] == "proxy-7"


@pytest.mark.django_db
def test_what_staff_search_for_is_not_logged(client):
    with capture_logs() as lines:
        client.get("/", {"q": "olive@example.com"})

    assert [line["request"] for line in lines if line["event"] == "request_finished"] == ["GET /"]
    assert "olive" not in str(lines)
