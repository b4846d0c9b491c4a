"""Who is told of downloads: data that leaves the house is seen.

    @downloads.listen
    def note(request, download): ...

is called once for each, when it is over: with the rows that were sent, also where it broke off.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest


@dataclass(frozen=True)
class Download:
    """`name` is that of the report or list, `address` what was asked of it, `format` csv, xlsx or
    json; `is_whole` is False where the reader or the database went away before the end.
    """

    name: str
    title: str
    format: str
    rows: int
    address: str = ""
    is_whole: bool = True


Listener = Callable[[HttpRequest, Download], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> Listener:
    _listeners.append(listener)
    return listener


def tell(request: HttpRequest, download: Download) -> None:
    for listener in _listeners:
        listener(request, download)
