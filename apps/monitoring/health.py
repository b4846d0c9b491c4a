"""`/healthz`: the process answers. `/readyz`: so do its stores."""

import secrets

from django.core.cache import cache
from django.db import Error, connection
from django.http import HttpResponse, JsonResponse


class HealthMiddleware:
    """Answers both before host, session and login are looked at."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.answers = {"/healthz": healthz, "/readyz": readyz}

    def __call__(self, request):
        answer = self.answers.get(request.path_info, self.get_response)
        return answer(request)


def healthz(request) -> HttpResponse:
    """No input or output: a restart would not mend a database that is down."""
    return HttpResponse("ok\n", content_type="text/plain", headers={"Cache-Control": "no-store"})


def readyz(request) -> JsonResponse:
    """503 without the database; without the cache every page still works, so 200 and "degraded"."""
    database, cached = database_answers(), cache_answers()
    status = ("ok" if cached else "degraded") if database else "unavailable"
    return JsonResponse(
        {"status": status, "database": word(database), "cache": word(cached)},
        status=200 if database else 503,
        headers={"Cache-Control": "no-store"},
    )


def word(answers: bool) -> str:
    return "ok" if answers else "down"


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def cache_answers() -> bool:
    """A round trip: with the errors of Redis ignored, a dead one looks like an empty one."""
    token = secrets.token_hex(8)
    cache.set("readyz", token, timeout=5)
    return cache.get("readyz") == token
