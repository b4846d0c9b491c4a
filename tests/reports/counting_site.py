"""The site as gunicorn serves it, with a line in a file for each report that is read anew."""

import os
import time
from pathlib import Path

from config.wsgi import application  # noqa: F401

# isort: split
from apps.backoffice import guarded_redis
from apps.reports import answers

READS = Path(os.environ["READS_FILE"])
# So that all readers are there before the first has his figures.
SECONDS = 1
# A busy machine may be slow without being ill.
guarded_redis.SLOW_SECONDS = 5
read = answers.read


def counted(*args, **how):
    with READS.open("ab", buffering=0) as file:
        file.write(b"read\n")
    time.sleep(SECONDS)
    return read(*args, **how)


answers.read = counted
