"""Many people save one post at the same time: of what the server acknowledged, nothing is lost."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Barrier

import pytest
from django.core.management import call_command
from django.db import connection

from apps.activity.models import AuditEntry
from apps.activity.states import state_at, state_of
from apps.editing.models import PendingEdit
from apps.editing.opened import NAME, Opened
from apps.posts.models import Post
from tests.clients import StaffClient
from tests.factories import PostFactory, TagFactory, staff
from tests.forms import log_in, merge_page
from tests.races import PATIENCE_SECONDS
from tests.sizes import STORM_PEOPLE, STORM_SAVES, size

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("postgres")]
PARAGRAPHS = size(12, 40)


def paragraph(number: int) -> str:
    return " ".join(f"Sentence {number} {at} of the long report stands here." for at in range(4))


@dataclass
class Attempt:
    """One press of the button: the word that was typed, the words taken out, and what came of it.

    `outcome` is saved, conflict or locked; `pending` is the edit that was kept.
    """

    word: str
    removed: set[str]
    submission: str
    outcome: str
    pending: int | None = None


@dataclass
class Person:
    """Somebody who saves again and again from a form opened at whatever version he last saw."""

    number: int
    client: StaffClient
    user_id: int
    post_id: int
    tags: list[int]
    dice: random.Random
    attempts: list[Attempt] = field(default_factory=list)
    form: dict = field(default_factory=dict)

    def save_often(self, start: Barrier) -> None:
        try:
            self.open()
            start.wait(PATIENCE_SECONDS)
            for at in range(STORM_SAVES):
                if self.dice.random() < 0.5:
                    self.open()
                self.save(f"word{self.number}x{at}")
        finally:
            connection.close()

    def open(self) -> None:
        post = Post.objects.prefetch_related("tags").get(pk=self.post_id)
        self.form = {
            "title": post.title, "slug": post.slug, "content": post.content, "category": "",
            "tags": [tag.pk for tag in post.tags.all()], "author": post.author_id,
            "kind": post.kind, "publish_at_0": "", "publish_at_1": "",
            NAME: Opened.now(self.user_id, "posts.post", post).signed(),
        }  # fmt: skip

    def save(self, word: str) -> None:
        typed, removed = self.typed(word)
        answer = self.client.post(f"/admin/posts/post/{self.post_id}/change/", typed)
        self.attempts.append(self.attempt(answer, typed, word, removed))

    def typed(self, word: str) -> tuple[dict, set[str]]:
        """The form with a new word in some sentence; sometimes another's word is taken out, the
        title is another, there is one more tag.
        """
        words, removed = self.form["content"].split(" "), set()
        if self.dice.random() < 0.2:
            gone = [at for at, one in enumerate(words) if one.startswith("word")][:1]
            removed = {words.pop(at) for at in gone}
        words.insert(self.dice.randrange(1, len(words)), word)
        typed = self.form | {"content": " ".join(words).replace("\n", "\r\n")}
        if self.dice.random() < 0.1:
            typed["title"] = f"Title {word}"
        if self.dice.random() < 0.3:
            typed["tags"] = sorted({*typed["tags"], self.dice.choice(self.tags)})
        return typed, removed

    def attempt(self, answer, typed: dict, word: str, removed: set[str]) -> Attempt:
        submission = answer.wsgi_request.saving.sent.submission
        if answer.status_code == 302:
            return Attempt(word, removed, submission, "saved")
        pending = PendingEdit.objects.get(submission=submission)
        assert answer.status_code == 409, pending.cause
        assert (pending.user_id, pending.is_waiting) == (self.user_id, True)
        assert pending.payload["data"]["content"] == [typed["content"]]
        outcome = "locked" if pending.cause == "lock" else pending.cause
        return Attempt(word, removed, submission, outcome, pending.pk)


@pytest.fixture
def people():
    tags = [tag.pk for tag in TagFactory.create_batch(5)]
    post = PostFactory(content="\n\n".join(map(paragraph, range(PARAGRAPHS))) + "\n")
    editors = [
        staff(f"Editor {number}", "Editor", email=f"editor{number}@example.com")
        for number in range(STORM_PEOPLE)
    ]
    return [
        Person(number, log_in(who), who.pk, post.pk, tags, random.Random(number))
        for number, who in enumerate(editors)
    ]


def storm(people: list[Person]) -> list[Attempt]:
    start = Barrier(len(people))
    with ThreadPoolExecutor(len(people)) as pool:
        list(pool.map(lambda person: person.save_often(start), people))
    return [attempt for person in people for attempt in person.attempts]


def versions_of(post: Post) -> dict[int, AuditEntry]:
    entries = AuditEntry.objects.of_object("posts.post", post.pk)
    return {entry.version: entry for entry in entries}


def test_of_what_a_crowd_saves_nothing_is_missing_and_the_rest_is_a_click_each(people):
    attempts = storm(people)
    post = Post.objects.get()
    entries = versions_of(post)
    assert sorted(entries) == list(range(2, post.version + 1))
    by_submission = {entry.submission: entry for entry in entries.values()}
    saved = [one for one in attempts if one.outcome == "saved"]
    merged = [one for one in saved if by_submission[one.submission].source == "merge"]
    counts = Counter(one.outcome for one in attempts)
    # Every save is an edit nobody else made, so each has a version of its own and nothing has two.
    assert {one.submission for one in saved} == set(by_submission)
    assert counts["saved"] + counts["conflict"] + counts["locked"] == STORM_PEOPLE * STORM_SAVES
    assert merged
    assert len(merged) < len(saved)
    assert counts["conflict"]

    assert_words_stand(post, saved, by_submission)
    refused = {one.pending for one in attempts if one.pending}
    assert refused == set(PendingEdit.objects.waiting().values_list("pk", flat=True))
    call_command("verify_audit", verbosity=0)

    for person in people:
        for attempt in person.attempts:
            if attempt.pending:
                finish(person, attempt.pending)
    assert not PendingEdit.objects.waiting().exists()
    removed = {word for one in attempts for word in one.removed}
    typed = {one.word for one in attempts}
    assert typed - removed <= set(Post.objects.get().content.split())
    call_command("verify_audit", verbosity=0)


def assert_words_stand(post: Post, saved: list[Attempt], by_submission: dict) -> None:
    """In the version that its save made, and at the end, unless a later save took it out."""
    now = state_of(post)
    words = {one.word: by_submission[one.submission].version for one in saved}
    taken_out = {
        word: by_submission[one.submission].version for one in saved for word in one.removed
    }
    for word, version in words.items():
        was = state_at(now, version).values["content"]
        assert was.split().count(word) == 1, f"{word} is not in version {version}"
    final = post.content.split()
    missing = {word for word in words if word not in final}
    assert {word for word in missing if taken_out.get(word, 0) <= words[word]} == set()
    # And nothing is there that nobody acknowledged, nor twice.
    left = Counter(word for word in final if word.startswith("word"))
    assert set(left) <= set(words)
    assert set(left.values()) <= {1}
    # No sentence of anybody's was lost on the way.
    ours = [word for word in final if not word.startswith("word")]
    assert ours == "\n\n".join(map(paragraph, range(PARAGRAPHS))).split()


def finish(person: Person, pending: int) -> None:
    """With the result that the page proposes."""
    page = person.client.get(f"/admin/editing/pending/{pending}/").content.decode()
    answer = merge_page(person.client, page).post()
    assert answer.status_code == 302, answer.content.decode()[:3000]
