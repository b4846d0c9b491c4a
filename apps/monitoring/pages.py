"""Where the pages of this app are found: the index of reports, and the sidebar."""

from apps.backoffice import sidebar
from apps.reports.listing import Page, list_page
from apps.reports.report import DATABASE

MIGRATIONS = list_page(
    Page(
        slug="migrations",
        title="Migrations",
        summary="What runs, who waits for whom, backfills, and what ran before.",
        group=DATABASE,
        url="monitoring:migrations",
        place=0,
    )
)


@sidebar.pages("database")
def pages(user) -> list[sidebar.Page]:
    shown = [MIGRATIONS] if MIGRATIONS.is_for(user) else []
    return [sidebar.Page(one.slug, one.title, one.address) for one in shown]
