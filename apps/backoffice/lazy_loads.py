"""A query while a page renders is a lazy load: everything a list or report shows is read before.

In development and tests it raises, naming the relation that `select_related` should have named;
in production it is counted and logged, and the page goes on.
"""

import logging
import sys
from contextlib import contextmanager

from django.conf import settings
from django.db import connections
from django.db.models.fields.related_descriptors import (
    ForwardManyToOneDescriptor,
    ReverseOneToOneDescriptor,
)
from django.db.models.query_utils import DeferredAttribute

log = logging.getLogger("copydesk.lazy_loads")


class LazyLoad(RuntimeError):
    """A template or cell went to the database."""


count = 0
"""Lazy loads of this process since it started; development and tests raise instead."""


@contextmanager
def forbidden(what: str):
    """No query may run inside; `what` names the page in the message."""

    def refuse(execute, sql, params, many, context):
        global count  # noqa: PLW0603
        message = f"{what} went to the database while it rendered: {_culprit() or sql[:200]}"
        if settings.LAZY_LOADS_RAISE:
            raise LazyLoad(message)
        count += 1
        log.warning(message)
        return execute(sql, params, many, context)

    open_connections = [connections[alias] for alias in connections]
    for connection in open_connections:
        connection.execute_wrappers.append(refuse)
    try:
        yield
    finally:
        for connection in open_connections:
            connection.execute_wrappers.remove(refuse)


def _culprit() -> str:
    """The relation or deferred field that a descriptor up the stack is fetching."""
    frame = sys._getframe(1)
    while frame:
        owner = frame.f_locals.get("self")
        if isinstance(owner, ForwardManyToOneDescriptor):
            field = owner.field
            return f"add {field.name!r} to select_related of {field.model.__name__}"
        if isinstance(owner, ReverseOneToOneDescriptor):
            return f"add {owner.related.name!r} to select_related of {owner.related.model.__name__}"
        if isinstance(owner, DeferredAttribute):
            return f"read {owner.field.name!r} of {owner.field.model.__name__} with the rows"
        frame = frame.f_back
    return ""
