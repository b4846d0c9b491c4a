"""The size of every proof: small in `make test`, as promised in `make test-slow`."""

import os

TRUE_SIZES = os.environ.get("TEST_SIZES") == "true"


def size(small: float, true: float) -> float:
    return true if TRUE_SIZES else small


# Rows in a list whose query count must not grow with them.
LIST_ROWS = size(200, 1_000)

# Bytes of each hostile text that must be refused or shown in bounded time.
HOSTILE_BYTES = size(30_000, 1_000_000)

# Idle connections in the pool when PostgreSQL restarts, and how long it stays away.
POOL_SIZES = [2, 4, 8] if TRUE_SIZES else [4]
OUTAGE_SECONDS = [3, 10, 17, 40] if TRUE_SIZES else [1]

# Items of an import whose memory and statements per batch must not grow with them.
IMPORT_ITEMS = size(1_000, 5_000)

# How often PostgreSQL is killed under writers.
KILLS = size(1, 5)

# Random histories of each kind of object, and the versions of one long history.
HISTORY_EXAMPLES = size(15, 250)
HISTORY_VERSIONS = size(50, 10_000)

# Posts that are due when eight workers look for them at once.
DUE_POSTS = size(40, 200)

# Versions of one object whose page must cost what it costs with ten.
HISTORY_PAGE_VERSIONS = size(1_000, 10_000)
# People who save one post at once, how often each, and rounds of a form sent ten times at once.
STORM_PEOPLE = size(10, 50)
STORM_SAVES = size(2, 10)
RESUBMISSIONS = size(1, 40)

# Readers of an expired report at one moment, and the processes they are in.
READERS = size(20, 100)
READING_PROCESSES = size(2, 4)

# How long a row stays locked before the save gives up: what the settings say, in true size.
LOCK_SECONDS = 3 if TRUE_SIZES else 0.3

# How often a worker is killed between a commit and its answer.
CRASHES = size(1, 10)

# Random histories whose totals must be those counted from nothing.
ROLLUP_EXAMPLES = size(4, 80)
# How often each of three writers changes each of his posts while days are computed.
ROLLUP_WRITERS = size(4, 60)

# Rows of a table with a column that is renamed, and seconds of old and new code beside each other.
MIRRORED_ROWS = size(20, 100)
MIXED_SECONDS = size(0.4, 6)

# Rows of a backfill that is killed.
BACKFILL_ROWS = size(2_000, 1_000_000)
