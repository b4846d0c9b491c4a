"""One `migrate` at a time on SQLite: a lock on a file beside the database's own.

Not on that itself: who opens it once more and closes it takes SQLite's own locks away.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TextIO

from .lock import PATIENCE_SECONDS, identity, wait_for_turn


@contextmanager
def alone(connection, say: Callable[[str], None]) -> Iterator[None]:
    """`say` is told in a sentence whom we wait for. LockBusy when that takes too long."""
    if connection.vendor != "sqlite" or connection.is_in_memory_db():
        yield
        return
    path = Path(f"{connection.settings_dict['NAME']}.migrating")
    with wait_for_turn(partial(_try, path), partial(_holder, path), say, PATIENCE_SECONDS) as file:
        file.write(identity())
        file.flush()
        try:
            yield
        finally:
            # While it is ours: who opened it before looks again whether it is still there.
            path.unlink(missing_ok=True)


def _try(path: Path) -> TextIO | None:
    """The file, locked until it is closed; None if somebody else has it, or just gave it up."""
    file = path.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(file.fileno()), path.stat()):
            file.truncate(0)
            return file
    except (BlockingIOError, FileNotFoundError):
        pass
    file.close()
    return None


def _holder(path: Path) -> tuple[str, str]:
    name = ""
    with suppress(FileNotFoundError):
        name = path.read_text()
    return name, name or "Another process"
