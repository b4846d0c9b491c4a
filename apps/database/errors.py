"""The ends of a run that stopped on purpose: each with its exit code and what to do about it."""

from django.core.management.base import CommandError


class MigrationStopped(CommandError):
    """`what` happened, and `to_do`, what to do about it; printed one below the other.

    Whatever stopped it, what had begun is finished or taken back: it is safe to run again.
    """

    code = 1

    def __init__(self, what: str, to_do: str = ""):
        self.what = what
        self.to_do = to_do
        super().__init__("\n".join(filter(None, [what, to_do])), returncode=self.code)


class Refused(MigrationStopped):
    """Nothing was executed: the plan holds an operation that would stop somebody."""

    code = 2


class LockBusy(MigrationStopped):
    """Somebody kept a table, or a snapshot, for longer than the run may wait."""

    code = 3


class DataRefused(MigrationStopped):
    """Rows do not meet what was asked of them; `what` names them by their keys."""

    code = 4


class OlderProcesses(MigrationStopped):
    """The first stage is done; the second waits for the processes of older releases to end."""

    code = 6
