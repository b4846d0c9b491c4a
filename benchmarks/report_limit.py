"""The least that a report can cost: its rows read raw and joined as strings, by no framework."""

import json
import os
from pathlib import Path

from benchmarks.limit import FOOT, HEAD, connection

# Address (calendar/week) → statements, as the product sends them.
STATEMENTS = json.loads(Path(os.environ["STATEMENTS"]).read_text())


def app(environ, start_response):
    run = connection().execute
    rows = [row for one in STATEMENTS[environ["PATH_INFO"].strip("/")] for row in run(one)]
    lines = ("<tr><td>" + "<td>".join(map(str, row)) for row in rows)
    page = f"{HEAD}{''.join(lines)}{FOOT}".encode()
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(page)))]
    start_response("200 OK", headers)
    return [page]
