"""The worker as a thread of the web process: on a laptop one process is all there is."""

import atexit
import threading

from django.db import connections

from apps.operations.worker import Worker

# What a batch may take, and then some.
PATIENCE_SECONDS = 20


class WorkerThread(threading.Thread):
    def __init__(self):
        # A daemon: `stop` waits for it, a bounded time. Python would wait for any other for ever.
        super().__init__(name="worker", daemon=True)
        self.worker = Worker()

    def run(self) -> None:
        try:
            self.worker.run()
        finally:
            connections.close_all()

    def stop(self) -> None:
        """Let it finish the piece at hand."""
        self.worker.stop()
        self.join(PATIENCE_SECONDS)


def start() -> WorkerThread:
    """Run a worker beside the requests until the process ends."""
    thread = WorkerThread()
    thread.start()
    atexit.register(thread.stop)
    return thread
