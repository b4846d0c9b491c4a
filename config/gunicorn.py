"""gunicorn's configuration, and its start: `python -m config.gunicorn [gunicorn's options]`."""

import gc
import os
import sys
from importlib import import_module

# Read here, in the master, so that a wrong value ends the start with its one line. In a worker
# it would end the worker, which the master starts again, for ever.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
env = import_module(os.environ["DJANGO_SETTINGS_MODULE"]).env

bind = f"127.0.0.1:{env('PORT')}"
workers = env("WEB_CONCURRENCY")
worker_class = "gthread"
threads = 8
# gthread's timeout does not bound a request: the timeouts of the stores do. What is in flight
# when the process is told to stop may take this long.
graceful_timeout = 30
max_requests = 20_000
max_requests_jitter = 2_000
# On by default since version 27, in the working directory.
control_socket_disable = True
accesslog = None
# The workers' heartbeat is a file; in memory it never waits for a disk.
memory = "/dev/shm"  # noqa: S108  # nosec B108
worker_tmp_dir = memory if os.path.isdir(memory) else None  # noqa: PTH112


def post_worker_init(worker):
    """After the fork and after Django is loaded: threads of a pool do not survive a fork."""
    from django.db import connection

    if getattr(connection, "pool", None):
        connection.pool.open()
    # What is loaded now stays for good: left out of every collection, a list page of a trial
    # took 7.3 ms instead of 7.9.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def main() -> None:
    from gunicorn.app.wsgiapp import run

    sys.argv = ["gunicorn", "--config", __file__, *sys.argv[1:], "config.wsgi"]
    run()


if __name__ == "__main__":
    # By now the values are known to be sound. gunicorn reads these two by itself as well, before
    # any configuration, and answers an empty or a wrong one with a traceback.
    os.environ |= {"WEB_CONCURRENCY": str(workers), "PORT": str(env("PORT"))}
    main()
