"""A copy of SQLite's file beside it, before anything is applied to it."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

KEPT = 3


def copy_file(connection) -> Path | None:
    """The copy, named by its moment; None where there is no file, or nothing in it yet.

    Made by SQLite's backup, so that it is whole whatever others write meanwhile. Of the copies
    of a file the last KEPT stay.
    """
    if connection.vendor != "sqlite" or connection.is_in_memory_db():
        return None
    file = Path(connection.settings_dict["NAME"])
    if not connection.introspection.table_names():
        return None
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    copy = file.with_name(f"{file.name}.{moment}.before-migrate")
    _backup(connection, file, copy)
    forget_older(file)
    return copy


def _backup(connection, file: Path, copy: Path) -> None:
    # Under another name until it is whole: half a copy must not look like one.
    part = copy.with_suffix(".part")
    try:
        with (
            closing(connection.Database.connect(file)) as source,
            closing(connection.Database.connect(part)) as target,
        ):
            # In one step: the backup would begin anew after each write of another process.
            source.backup(target)
        part.chmod(file.stat().st_mode & 0o777)
        part.replace(copy)
    finally:
        part.unlink(missing_ok=True)


def forget_older(file: Path) -> None:
    copies = sorted(file.parent.glob(f"{file.name}.*.before-migrate"))
    for copy in copies[:-KEPT]:
        copy.unlink(missing_ok=True)
