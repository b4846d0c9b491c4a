"""Real workers in processes of their own, over the tests' database or another."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from config.settings.environment import SETTINGS
from tests.races import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]
# A worker with jobs and a lease of the test's own: what follows is run before it starts.
SCRIPT = """
import sys
from datetime import timedelta
import django
django.setup()
from apps.backoffice import periodic
from apps.backoffice.periodic import Outcome
from apps.operations import actions
from apps.operations.worker import Worker
{jobs}
worker = Worker(interval=0.05)
worker.configure_signals()
worker.run()
"""


def environment(address: str) -> dict[str, str]:
    return os.environ | dict.fromkeys(SETTINGS, "") | {
        "DJANGO_SETTINGS_MODULE": "config.settings.development",
        "DATABASE_URL": address,
        "DB_ROLE": "worker",
        "LOG_FORMAT": "json",
    }  # fmt: skip


class Process:
    """`manage.py` with these arguments, or the script above around some jobs."""

    def __init__(self, address: str, *arguments: str, jobs: str = ""):
        command = ["-c", SCRIPT.format(jobs=jobs)] if jobs else ["manage.py", *arguments]
        self.process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=environment(address),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def end(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Its exit code and what it logged."""
        self.process.send_signal(how)
        return self.wait()

    def wait(self) -> tuple[int, str]:
        try:
            output, _ = self.process.communicate(timeout=PATIENCE_SECONDS)
        finally:
            self.process.kill()
        return self.process.returncode, output

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.process.kill()
        self.process.communicate()
