import pytest
from structlog.contextvars import merge_contextvars
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


@pytest.mark.django_db
def test_logging_asks_the_database_nothing(client, django_assert_num_queries):
    client.cookies["sessionid"] = "a" * 32

    with django_assert_num_queries(0):
        client.get("/")


@pytest.mark.django_db
def test_the_line_names_the_user_by_id(client, django_user_model):
    olive = django_user_model.objects.create_superuser("olive@example.com", name="Olive")
    client.force_login(olive)
    with capture_logs(processors=[merge_contextvars]) as lines:
        client.get("/admin/")

    finished = [line for line in lines if line["event"] == "request_finished"]
    assert [line["user_id"] for line in finished] == [olive.pk]


@pytest.mark.parametrize(("behind_proxy", "expected"), [(False, "127.0.0.1"), (True, "192.0.2.7")])
def test_whoever_forwards_is_believed_behind_a_proxy_only(behind_proxy, expected, client, settings):
    settings.BEHIND_PROXY = behind_proxy
    with capture_logs(processors=[merge_contextvars]) as lines:
        client.get("/", headers={"x-forwarded-for": "192.0.2.7"})

    assert {line["ip"] for line in lines} == {expected}
