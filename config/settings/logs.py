"""Logs to standard error: lines for people, or JSON with the request's id for machines."""

from typing import Any

import structlog

from .environment import Environment

SHARED = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.PositionalArgumentsFormatter(),
]
# Without `show_locals=False` a traceback prints every local variable, passwords too.
TRACEBACKS = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
JSON = [
    structlog.processors.ExceptionRenderer(TRACEBACKS),
    structlog.processors.JSONRenderer(),
]
CONSOLE = [
    structlog.dev.ConsoleRenderer(
        # Every refused request has one, and the coloured ones take a hundred times as long.
        exception_formatter=structlog.dev.plain_traceback
    ),
]


def logging_for(env: Environment, default_format: str) -> dict[str, Any]:
    """Django's LOGGING; structlog's own loggers go the same way."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer = JSON if (env("LOG_FORMAT") or default_format) == "json" else CONSOLE
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    *renderer,
                ],
            },
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            "django": {"level": "INFO"},
            "django.db.backends": {"level": "DEBUG" if env("DB_ECHO") else "INFO"},
            # At INFO the pool tells of every connection handed out.
            "psycopg.pool": {"level": "INFO" if env("DB_ECHO_POOL") else "WARNING"},
        },
    }
