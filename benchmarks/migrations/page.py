"""The page *Migrations* while an index is built: the site as deployed, on the database that is
migrated.
"""

import time
from statistics import median

from benchmarks.lists import add_person, manage
from benchmarks.peers import Product
from benchmarks.server import Server

from .runs import DATABASE

PAGE = "/admin/reports/migrations/"
BUILDS = b"Index build, by phase"


class Operator(Product):
    email = "bench-operator@example.com"


class Watched:
    """`look` asks for the page once; milliseconds of those that showed a build are kept."""

    def __init__(self, server: Server):
        url = server.url(DATABASE)
        manage(url, "migrate", "-v0")
        add_person(url, Operator.email, "Bench Operator", "Operator")
        self.site, self.took = Operator(url, None), []

    def __enter__(self) -> "Watched":
        self.site.__enter__()
        # What a process does once is no matter of builds.
        for _ in range(5):
            self.site.client("GET", PAGE)
        return self

    def __exit__(self, *problem) -> None:
        self.site.__exit__(*problem)

    def look(self) -> None:
        began = time.perf_counter()
        status, page = self.site.client("GET", PAGE)
        took = 1_000 * (time.perf_counter() - began)
        if status != 200:
            raise RuntimeError(f"The page answered {status}.")
        if BUILDS in page:
            self.took.append(took)

    def __str__(self):
        return (
            f"{len(self.took)} pages, median {median(self.took):.0f} ms, "
            f"longest {max(self.took):.0f} ms"
        )
