"""Changes of many rows in short batches, which keep nobody waiting and can be stopped anywhere.

`run` does one, `fill_nulls` is that of a column which is to become NOT NULL; `pause` and
`resume` are for whoever watches. What is done is remembered in `database.Backfill`, in the
transaction that did it.
"""

from .engine import fill_nulls, run
from .pausing import NotUnderWay, pause, resume
from .telling import foretell, statement_of
from .walk import BackfillPaused
from .work import Work, still_to_do

__all__ = [
    "BackfillPaused",
    "NotUnderWay",
    "Work",
    "fill_nulls",
    "foretell",
    "pause",
    "resume",
    "run",
    "statement_of",
    "still_to_do",
]
