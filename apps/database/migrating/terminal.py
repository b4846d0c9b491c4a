"""The same on a terminal: below the lines what runs now, with a bar, its rate and the time left."""

from contextlib import AbstractContextManager

from rich.console import Console
from rich.progress import (
    BarColumn,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Live

from apps.database.observer import Statement

from .progress import Progress, shortened


class Bars(Progress):
    def __init__(self, stream, verbosity: int = 1):
        console = Console(file=stream, highlight=False, markup=False, soft_wrap=True)
        super().__init__(lambda text: console.print(text, end=""), verbosity)
        self.live = Live(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not verbosity,
        )
        self.task = self.live.add_task("", total=None, rate="", visible=False)

    def shown(self) -> AbstractContextManager:
        return self.live

    def started(self, statement: Statement) -> None:
        super().started(statement)
        self._show(shortened(statement.sql))

    def progress(self, statement: Statement, phase: str, done: int, total: int) -> None:
        if phase != self.pace.phase:
            self._show(phase)
        self.pace.note(phase, done, total)
        rate = f"{self.pace.rate:,.0f}/s" if self.pace.rate > 0 else ""
        self.live.update(self.task, completed=done, total=total or None, rate=rate)

    def _show(self, what: str) -> None:
        self.live.reset(self.task, total=None, visible=True, rate="")
        self.live.update(self.task, description=f"{self.name}  {what}")

    def _open(self, text: str) -> None:
        """The bar says it until it is done."""
        self._show("")

    def _close(self, rest: str) -> None:
        self.live.update(self.task, visible=False)
        super()._close(rest)
