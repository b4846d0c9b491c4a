"""One `migrate` at a time on SQLite: a lock on a file beside the database's own.

Not on that itself: who opens it once more and closes it takes SQLite's own locks away.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from apps.database.errors import LockBusy

from .lock import PATIENCE_SECONDS, POLL_SECONDS, identity


@contextmanager
def alone(connection, say: Callable[[str], None]) -> Iterator[None]:
    """`say` is told in a sentence whom we wait for. LockBusy when that takes too long."""
    if connection.vendor != "sqlite" or connection.is_in_memory_db():
        yield
        return
    path = Path(f"{connection.settings_dict['NAME']}.migrating")
    with _acquired(path, say) as file:
        file.write(identity())
        file.flush()
        try:
            yield
        finally:
            # While it is ours: who opened it before looks again whether it is still there.
            path.unlink(missing_ok=True)


def _acquired(path: Path, say: Callable[[str], None]) -> TextIO:
    until = time.monotonic() + PATIENCE_SECONDS
    told = False
    while (file := _try(path)) is None:
        if not told:
            told = True
            say(f"Waits for {_holder(path)}, which is migrating this database.")
        if time.monotonic() > until:
            raise LockBusy(
                f"This database has been migrated by {_holder(path)} for longer than we may wait "
                f"({PATIENCE_SECONDS / 60:.0f} min).",
                "Look at what it does, and run it again.",
            )
        time.sleep(POLL_SECONDS)
    return file


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


def _holder(path: Path) -> str:
    with suppress(FileNotFoundError):
        return path.read_text() or "another process"
    return "another process"
