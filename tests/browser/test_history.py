"""The history of a post: sound in every look, and versions chosen and restored by keys alone."""

import pytest

from apps.activity.origin import origin
from apps.posts import actions as posts
from tests.browser.conftest import WIDE
from tests.factories import TagFactory, ed

pytestmark = pytest.mark.browser
PARAGRAPHS = [
    "Dredging of the inner harbour will begin in January, the port authority said.",
    "Fishing boats will keep their berths at the north quay.",
    "“We have waited eleven years for this,” said Ida Falk, who runs the smokehouse.",
    "The contract went to Delmar Marine for 4.2 million euros, half of it paid by the region.",
    "Residents can ask questions at the harbour office on 2 December.",
]
TEXT = "\n\n".join(PARAGRAPHS)


@pytest.fixture
def address(content) -> str:
    """Of the history of a post with four versions that have entries."""
    post, by = content["post"], ed()
    with origin(reason="First full draft"):
        save(post, by, content=TEXT)
    save(post, by, title="Harbour dredging to start in January")
    with origin(reason="Port authority corrected the date"):
        text = TEXT.replace("January", "February").replace("4.2", "4.6")
        save(post, by, title="Harbour dredging moves to February", content=text)
    posts.save_post(post, by=by, tags=[content["tag"], TagFactory(name="port authority")])
    posts.publish_post(post, by=by)
    return f"/admin/posts/post/{post.pk}/history/"


def save(post, by, **values) -> None:
    for name, value in values.items():
        setattr(post, name, value)
    posts.save_post(post, by=by, fields=list(values))


def test_two_versions_are_chosen_and_one_restored_by_keys(desk, address, audit):
    desk.goto(address)
    desk.focus("[name=from][value='2']")
    desk.keyboard.press("Space")
    desk.focus("[name=to][value='4']")
    desk.keyboard.press("Space")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("text=Version 2 and version 4")
    assert desk.locator(".diff del").all_inner_texts()[-1] == "4.2"
    assert not desk.is_visible("text=Fishing boats will keep")
    desk.focus(".same summary")
    desk.keyboard.press("Enter")
    assert desk.is_visible("text=Fishing boats will keep")
    desk.focus("text=Restore version 2 …")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("text=stay as they are")
    audit(desk)
    desk.set_viewport_size(WIDE)
    desk.fill("#id_reason", "The first date was right")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("text=Version 2 is back, as version 7.")
    assert "The first date was right" in desk.inner_text("#change-history tbody tr:first-child")
