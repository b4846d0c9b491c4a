"""Several observers as the one that a connection has."""

from collections.abc import Iterator
from contextlib import contextmanager

from apps.database.observer import Observer


class Observers(Observer):
    def __init__(self, *observers: Observer):
        self.observers = observers

    def started(self, *facts) -> None:
        for observer in self.observers:
            observer.started(*facts)

    def waits(self, *facts) -> None:
        for observer in self.observers:
            observer.waits(*facts)

    def steps_aside(self, *facts) -> None:
        for observer in self.observers:
            observer.steps_aside(*facts)

    def progress(self, *facts) -> None:
        for observer in self.observers:
            observer.progress(*facts)

    def ended(self, *facts) -> None:
        for observer in self.observers:
            observer.ended(*facts)


@contextmanager
def observed_by(connection, *observers: Observer) -> Iterator[None]:
    """SQLite's connection calls nobody; there the attribute is only not read."""
    before = getattr(connection, "observer", None)
    connection.observer = Observers(*observers)
    try:
        yield
    finally:
        connection.observer = before
