import structlog
from django_structlog.middlewares import request as django_structlog


class RequestMiddleware(django_structlog.RequestMiddleware):
    """A log line per request, and the answer carries its id, for staff to tell an operator."""

    def handle_response(self, request, response) -> None:
        response["X-Request-ID"] = structlog.contextvars.get_contextvars()["request_id"]
        super().handle_response(request, response)

    @staticmethod
    def bind_user_id(request) -> None:
        # Only a user who was looked up anyway. Asking for one costs a query, and while the
        # database is down each asking waited 2 s: a 503 took 6.9 s.
        user = getattr(request, "_cached_user", None)
        structlog.contextvars.bind_contextvars(user_id=user.pk if user else None)

    @staticmethod
    def format_request(request) -> str:
        # Not the query string: staff search for names and e-mail addresses.
        return f"{request.method} {request.path}"
