"""Random histories through the real actions: what is kept is what is counted from nothing."""

from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.test import override_settings
from django.utils import timezone
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from apps.activity import actions
from apps.posts import actions as posts
from apps.posts.importing.entries import record_import
from apps.posts.models import Comment, Post
from apps.reports.models import AuthorDay, AuthorTotal, DailyTotal, DirtyDay, RollupState
from apps.reports.rollups.checking import check
from apps.reports.rollups.refresh import refresh
from apps.users import actions as users
from apps.users.models import User
from tests.factories import CategoryFactory, CommentFactory, PostFactory, UserFactory, olive
from tests.sizes import ROLLUP_EXAMPLES

pytestmark = pytest.mark.django_db
ROLLUPS = {
    DailyTotal: ["day", "metric", "dimension", "key", "value"],
    AuthorDay: ["day", "author", "posts", "comments", "written"],
    AuthorTotal: ["author", "region", "posts", "comments", "first_day"],
}
ZONES = ("UTC", "Europe/Copenhagen", "Pacific/Auckland", "America/Anchorage")


class Undo(Exception):
    """Ends an example."""


@contextmanager
def rolled_back():
    try:
        with transaction.atomic():
            yield
            raise Undo
    except Undo:
        pass


class Paper:
    """A small paper, and what its people do; `n` picks the row, `day` how many days ago."""

    def __init__(self, stack: ExitStack):
        self.later, self.stack = timezone.now(), stack
        self.by = olive(created_at=self.at(20))
        regions = ("North", "South", "")
        self.authors = [UserFactory(region=region, created_at=self.at(9)) for region in regions]
        # One joined where it is another month in another TIME_ZONE.
        month = self.later.replace(day=1, hour=0, minute=0)
        User.objects.filter(pk=self.authors[2].pk).update(created_at=month - timedelta(hours=1))
        self.categories = [CategoryFactory() for _ in range(2)]

    def pick(self, model, n: int):
        rows = model.objects.order_by("pk")
        return rows[n % len(rows)] if rows else None

    def at(self, day: int):
        return self.later - timedelta(days=day, hours=day % 7)

    def write(self, n: int, day: int) -> None:
        post = PostFactory.build(
            author=self.authors[n % 3], category=None, created_at=self.at(day), kind="post"
        )
        posts.create_post(post, by=self.by)

    def import_post(self, n: int, day: int) -> None:
        status = ("published", "draft", "archived", "review")[n % 4]
        post = PostFactory(author=self.authors[n % 3], status=status, created_at=self.at(day))
        record_import([post])

    def import_comment(self, n: int, day: int) -> None:
        if post := self.pick(Post, n):
            author = self.authors[n % 3] if n % 2 else None
            status = ("approved", "pending", "spam")[n % 3]
            comment = CommentFactory(
                post=post, author=author, status=status, created_at=self.at(day)
            )
            record_import([comment])
            Post.objects.filter(pk=post.pk).update(
                comment_count=Comment.objects.counted().filter(post=post).count()
            )

    def step(self, n: int, day: int) -> None:
        steps = [posts.submit_post, posts.publish_post, posts.archive_post]
        steps += [posts.return_post_to_draft, posts.move_post_to_trash, posts.restore_post]
        if post := self.pick(Post, n):
            with transaction.atomic(), self.refusals():
                steps[day % len(steps)](post, by=self.by)

    def edit(self, n: int, day: int) -> None:
        if post := self.pick(Post, n):
            values = [
                {"author": self.authors[day % 3]},
                {"category": self.categories[day % 2]},
                {"category": None, "kind": "page"},
                {"title": "Another title", "content": "Other words."},
            ][day % 4]
            for name, value in values.items():
                setattr(post, name, value)
            with self.refusals():
                posts.save_post(post, by=self.by, fields=list(values))

    def moderate(self, n: int, day: int) -> None:
        rows = Comment.objects.filter(pk=getattr(self.pick(Comment, n), "pk", None))
        acts = [posts.approve_comments, posts.mark_comments_as_spam, posts.move_comments_to_trash]
        acts += [posts.restore_comments, posts.remove_comments]
        acts[day % len(acts)](rows, by=self.by)

    def comment(self, n: int, day: int) -> None:
        if post := self.pick(Post, n):
            posts.add_comment(Comment(post=post, body="Well.", created_at=self.at(day)), by=self.by)

    def move_comment(self, n: int, day: int) -> None:
        comment, post = self.pick(Comment, n), self.pick(Post, day)
        if comment and comment.deleted_at is None:
            was, comment.post = comment.post_id, post
            posts.save_comment(comment, by=self.by, fields=["post"])
            for pk in (was, post.pk):
                count = Comment.objects.counted().filter(post=pk).count()
                Post.objects.filter(pk=pk).update(comment_count=count)

    def manage(self, n: int, day: int) -> None:
        user = self.authors[n % 3]
        rows = User.objects.filter(pk=user.pk)
        acts = [users.deactivate_users, users.activate_users, users.trash_users]
        acts += [users.restore_users, None]
        if act := acts[day % len(acts)]:
            act(rows, by=self.by)
        else:
            users.change_user(user, {"region": "West"}, by=self.by)

    def verify(self, n: int, day: int) -> None:
        users.change_user(self.authors[n % 3], {"email_verified": day % 2 == 0}, by=self.by)

    def purge(self, n: int, day: int) -> None:
        Post.objects.trashed().update(deleted_at=self.later - timedelta(days=60))
        posts.purge_trashed_posts()

    def zone(self, n: int, day: int) -> None:
        self.stack.enter_context(override_settings(TIME_ZONE=ZONES[n % len(ZONES)]))

    def refresh(self, n: int, day: int) -> None:
        for _ in refresh():
            pass

    @contextmanager
    def refusals(self):
        try:
            with transaction.atomic():
                yield
        except posts.StepNotPossibleError:
            pass


DEEDS = [
    "write", "import_post", "import_comment", "step", "step", "edit", "moderate", "comment",
    "move_comment", "manage", "verify", "purge", "refresh", "zone",
]  # fmt: skip
deeds = st.lists(
    st.tuples(st.sampled_from(DEEDS), st.integers(0, 11), st.integers(0, 40)), max_size=25
)


def kept() -> dict:
    return {model: sorted(model.objects.values_list(*names)) for model, names in ROLLUPS.items()}


def differences() -> list[str]:
    return [str(one) for part in check() for one in part.differences]


@pytest.fixture
def _one_clock(monkeypatch):
    """Entries are dated by our clock, as those of a real day are: theirs says what day it is."""
    stock = actions.entry_of

    def entry_of(*args):
        entry = stock(*args)
        entry.at = timezone.now()
        return entry

    monkeypatch.setattr(actions, "entry_of", entry_of)


@pytest.mark.usefixtures("_one_clock")
@settings(
    max_examples=ROLLUP_EXAMPLES,
    # A short history says little that its last step does not, and takes minutes to find.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=deeds, days_later=st.integers(0, 3))
# Somebody in the trash is given another region.
@example([("write", 1, 5), ("refresh", 0, 0), ("manage", 1, 17), ("manage", 1, 9)], 0)
# A month of joining is another in another TIME_ZONE.
@example([("write", 2, 5), ("refresh", 0, 0), ("zone", 1, 0)], 0)
# Tomorrow had begun in a TIME_ZONE further east.
@example([("zone", 2, 0), ("write", 1, 0), ("refresh", 0, 0), ("zone", 0, 0)], 1)
# An address is verified after its day was counted.
@example([("refresh", 0, 0), ("verify", 1, 0)], 0)
def test_whatever_happened_the_totals_are_those_from_nothing(history, days_later):
    # The database's clock cannot be moved; ours, which says what is past, can.
    later = timezone.now() + timedelta(days=days_later)
    with rolled_back(), ExitStack() as stack, time_machine.travel(later):
        paper = Paper(stack)
        for name, n, day in history:
            getattr(paper, name)(n, day)
        # Whatever is not marked is right already.
        assert differences() == []
        paper.refresh(0, 0)
        assert not DirtyDay.objects.exists()
        assert differences() == []
        found = kept()
        for model in (*ROLLUPS, RollupState):
            model.objects.all().delete()
        paper.refresh(0, 0)
        assert kept() == found
