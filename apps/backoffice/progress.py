"""How far a command's long work has come: a bar on a terminal, plain lines elsewhere."""

import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

EVERY_SECONDS = 10


class Step:
    """One part of the work, with a known number of rows or statements."""

    def __init__(self, report: "Report", name: str, total: int):
        self.report, self.name, self.total, self.done = report, name, total, 0
        self.started = self.told = time.perf_counter()

    def __enter__(self) -> "Step":
        self.task = self.report.bar.add_task(self.name, total=self.total, rate="")
        return self

    def advance(self, count: int) -> None:
        self.done += count
        self.report.bar.update(self.task, completed=self.done, rate=self.rate)
        now = time.perf_counter()
        if now - self.told > EVERY_SECONDS:
            self.told = now
            left = (now - self.started) / self.done * max(0, self.total - self.done)
            self.report.line(
                f"{self.name}: {self.done:,} of {self.total:,}, {self.rate}, {left:.0f} s left"
            )

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.started

    @property
    def rate(self) -> str:
        return f"{self.done / max(self.seconds, 1e-6):,.0f}/s"

    def __exit__(self, *problem) -> None:
        if problem[0] is None:
            # Some totals were guesses.
            self.report.bar.update(self.task, total=self.done)
            self.report.finished[self.name] = (self.done, self.seconds)
            self.report.line(f"{self.name}: {self.done:,} in {self.seconds:.1f} s ({self.rate})")


class Report:
    """Steps of one command; `finished` holds (rows, seconds) by the step's name."""

    def __init__(self, stream, quiet: bool = False):
        self.console = Console(file=stream)
        self.quiet, self.finished = quiet, {}
        self.bar = Progress(
            TextColumn("{task.description:<28}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=self.console,
            disable=quiet or not self.console.is_terminal,
        )

    def __enter__(self) -> "Report":
        self.bar.start()
        return self

    def __exit__(self, *problem) -> None:
        self.bar.stop()

    def step(self, name: str, total: int) -> Step:
        return Step(self, name, total)

    def line(self, text: str) -> None:
        if self.bar.disable and not self.quiet:
            self.console.print(text, highlight=False, soft_wrap=True)
