"""Chromium on the pages of a live server, with an ear for what its console complains about."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from apps.operations.models import Schedule
from tests.factories import (
    CategoryFactory,
    CommentFactory,
    PostFactory,
    TagFactory,
    UserFactory,
    olive,
)

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE = {"width": 1440, "height": 1000}
# What passes is not written up: a third of the time.
ONLY_VIOLATIONS = {"resultTypes": ["violations"]}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator:
    """One Chromium with a new profile for the tests of a file."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    # Playwright keeps an event loop in this thread, in which Django forbids queries unless told.
    with pytest.MonkeyPatch.context() as patch, playwright.sync_playwright() as running:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = running.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def tab(browser, live_server) -> Iterator:
    """A tab nobody has logged in; fails at its end if the console showed an error."""
    context = browser.new_context(
        base_url=live_server.url,
        viewport=WIDE,
        # A colour half-way to the other theme is no colour of ours.
        reduced_motion="reduce",
    )
    tab = context.new_page()
    tab.complaints = []
    tab.on("console", lambda message: note(tab, message))
    tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
    yield tab
    context.close()
    assert tab.complaints == []


def note(tab, message) -> None:
    # A page that answers 404 is an error for the console, and what the test asked for.
    if message.type in ("error", "warning") and "the server responded with" not in message.text:
        tab.complaints.append(message.text)


@pytest.fixture
def desk(tab, content):
    """A tab in which Olive is logged in, with posts, comments, tags and users to work on."""
    client = Client()
    client.force_login(content["olive"])
    cookie = client.cookies["sessionid"]
    tab.context.add_cookies(
        [{"name": "sessionid", "value": cookie.value, "domain": "localhost", "path": "/"}]
    )
    return tab


@pytest.fixture
def content(transactional_db) -> dict:
    """`olive`, `ida`, `post`, `tag`, …: the rows that tests name."""
    ida = UserFactory(name="Ida Falk", email="ida@example.com")
    harbour = CategoryFactory(name="Harbour", slug="harbour")
    dredging = TagFactory(name="dredging", slug="dredging")
    TagFactory(name="dredger", slug="dredger")
    posts = PostFactory.create_batch(3, author=ida, category=harbour)
    posts[0].tags.add(dredging)
    comment = CommentFactory(post=posts[0])
    CommentFactory(post=posts[0], status="approved")
    PostFactory(author=ida, status="review", title="Harbour dredging moves to February")
    return {
        "olive": olive(is_superuser=True),
        "ida": ida,
        "post": posts[0],
        "category": harbour,
        "tag": dredging,
        "comment": comment,
        "trashed": PostFactory(author=ida, trashed=True),
        "schedule": Schedule.objects.get(name="publish_scheduled"),
    }


@pytest.fixture(scope="session")
def audit() -> Callable:
    """Asserts that axe-core finds nothing: in light, in dark, and at a phone's width."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe").Axe()

    def violations(tab) -> list[str]:
        found = axe.run(tab, options=ONLY_VIOLATIONS).response["violations"]
        return [
            f"{violation['id']}: {node['html']}"
            for violation in found
            for node in violation["nodes"]
        ]

    def audit(tab) -> None:
        seen = {}
        for scheme, size in (("light", WIDE), ("dark", WIDE), ("light", PHONE)):
            tab.emulate_media(color_scheme=scheme)
            tab.set_viewport_size(size)
            seen[scheme, size["width"]] = violations(tab)
            is_cut = tab.evaluate("document.documentElement.scrollWidth > innerWidth")
            assert not is_cut, f"wider than {size['width']} px"
        assert {look: found for look, found in seen.items() if found} == {}

    return audit
