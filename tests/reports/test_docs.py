"""The report of docs/reports.md works as it stands there, in under sixty lines."""

import re
from pathlib import Path

import pytest

from apps.reports import report as reports
from tests import factories
from tests.factories import PostFactory

DOCS = Path(__file__).parents[2] / "docs" / "reports.md"


@pytest.mark.django_db
def test_the_example_is_a_report(client, monkeypatch):
    example = re.search(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)[1]
    assert len(example.splitlines()) < 60
    monkeypatch.setattr(reports, "_reports", dict(reports._reports))
    # A dataclass looks for its module.
    exec(compile(example, str(DOCS), "exec"), {"__name__": __name__})
    PostFactory.create_batch(3, created_at=factories.EPOCH)
    client.force_login(factories.ed())
    params = {"start": "2026-01-05", "end": "2026-01-11", "compare": "1"}
    page = client.get("/admin/reports/drafts/", params).content.decode()
    assert 'created_at_from=2026-01-05&amp;created_at_to=2026-01-05">3</a>' in page
    assert 'role="img"' in page
    assert client.get("/admin/reports/drafts/", {"format": "csv"}).status_code == 200
