"""A backfill in a process of its own, over the tests' PostgreSQL."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from django.db import connection

from config.settings.environment import SETTINGS
from tests.races import PATIENCE_SECONDS

ROOT = Path(__file__).parents[3]
SCRIPT = """
import django
django.setup()
from apps.database.backfilling import pace, run
from tests.database.backfilling.tables import work
pace.LARGEST = {largest}
print(run(work()), flush=True)
"""


class Runner:
    def __init__(self, largest: int):
        at = connection.settings_dict
        address = f"postgres://{at['USER']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
        self.process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT.format(largest=largest)],
            cwd=ROOT,
            env=os.environ
            | dict.fromkeys(SETTINGS, "")
            | {
                "DJANGO_SETTINGS_MODULE": "config.settings.development",
                "DATABASE_URL": address,
                "DB_ROLE": "command",
            },
            stdout=subprocess.PIPE,
            text=True,
        )

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE_SECONDS)

    def result(self) -> int:
        """How many rows it changed."""
        output, _ = self.process.communicate(timeout=300)
        return int(output)

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.process.kill()
        self.process.communicate()
