from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from apps.posts.importing import import_wordpress
from apps.posts.importing.report import Report

RUN_AGAIN = "What was imported until then is kept; run the command again to continue."


class Command(BaseCommand):
    help = "Import the posts, pages, comments, authors, categories and tags of a WordPress export."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="the export, an XML file (WXR)")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be imported, and keep nothing"
        )

    def handle(self, *, file: Path, dry_run: bool, **options):
        try:
            report = self._import(file, dry_run)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except DatabaseError as error:
            reason = str(error).partition("\n")[0]
            raise CommandError(f"The database failed: {reason} {RUN_AGAIN}") from error
        except KeyboardInterrupt as error:
            raise CommandError(f"Interrupted. {RUN_AGAIN}") from error
        for line in report.lines():
            self.stdout.write(line)
        if dry_run:
            self.stdout.write("This was a dry run: nothing is kept.")
        if refused := report.refused.total():
            rest = "Everything else was imported." if report.created else "Nothing was imported."
            raise CommandError(f"{refused:,} refused, as told above. {rest}")

    def _import(self, path: Path, dry_run: bool) -> Report:
        with path.open("rb") as file, self._progress(path.stat().st_size) as progress:
            return import_wordpress(file, dry_run=dry_run, progress=progress)

    def _progress(self, size: int):
        return Bar(size) if self.stdout.isatty() else Lines(size, self.stdout.write)


class Bar:
    """A bar with the time left, on a terminal."""

    def __init__(self, size: int):
        self._progress = Progress(
            TextColumn("Importing"),
            BarColumn(),
            DownloadColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._task = self._progress.add_task("import", total=size)

    def __enter__(self):
        self._progress.start()
        return lambda bytes_read: self._progress.update(self._task, completed=bytes_read)

    def __exit__(self, *error):
        self._progress.stop()


class Lines:
    """A line for each tenth of the file, where nobody watches."""

    def __init__(self, size: int, write):
        self._size = max(size, 1)
        self._write = write
        self._tenths = 0

    def __enter__(self):
        return self._tell

    def __exit__(self, *error):
        pass

    def _tell(self, bytes_read: int) -> None:
        tenths = bytes_read * 10 // self._size
        if tenths > self._tenths:
            self._tenths = tenths
            self._write(f"Importing: {tenths * 10} %")
