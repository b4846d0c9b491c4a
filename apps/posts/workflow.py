"""The steps of a post from draft to archive: from where, to where, what is written, who may."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import F
from django.db.models.functions import Coalesce, Now

from apps.posts.models import Post
from apps.posts.rights import may_change_post

Status = Post.Status


class StepNotPossibleError(Exception):
    """The post's state does not allow the step, or no longer does; the text is for staff."""


@dataclass(frozen=True)
class Step:
    """`name` is the form's button, `done` the word for messages ("… was published")."""

    name: str
    label: str
    done: str
    sources: tuple[Status, ...]
    target: Status
    values: dict = field(default_factory=dict)
    permission: str | None = "posts.publish_post"

    @property
    def action(self) -> str:
        """What the entry of the step says was done."""
        return self.name.removeprefix("_")

    def is_possible_for(self, post: Post) -> bool:
        return post.deleted_at is None and post.status in self.sources

    def is_allowed_to(self, user: AbstractBaseUser, post: Post | None = None) -> bool:
        if self.permission and not user.has_perm(self.permission):
            return False
        return may_change_post(user, post)

    def changes(self, publish_at: datetime | None = None) -> dict:
        """Fields and values or expressions, for an UPDATE or an INSERT."""
        changes = {"status": self.target, **self.values}
        if self.target == Status.SCHEDULED:
            changes["publish_at"] = publish_at
        return changes

    def refusal(self, post: Post) -> str:
        if post.deleted_at:
            return f"“{post.title}” is in the trash: restore it first."
        state = post.get_status_display().lower()
        return f"“{post.title}” is {state} and cannot be {self.done} from there."


SUBMIT = Step(
    name="_submit",
    label="Save and submit for review",
    done="submitted for review",
    sources=(Status.DRAFT,),
    target=Status.REVIEW,
    values={"submitted_at": Now()},
    permission=None,
)
RETURN_TO_DRAFT = Step(
    name="_return",
    label="Return to draft",
    done="returned to draft",
    sources=(Status.REVIEW, Status.SCHEDULED, Status.ARCHIVED),
    target=Status.DRAFT,
    # When it was first published stays known.
    values={"submitted_at": None, "publish_at": None, "published_at": None},
)
SCHEDULE = Step(
    name="_schedule",
    label="Save and schedule",
    done="scheduled",
    # From scheduled too: that is another time.
    sources=(Status.DRAFT, Status.REVIEW, Status.SCHEDULED, Status.ARCHIVED),
    target=Status.SCHEDULED,
    values={"published_at": None},
)
PUBLISH = Step(
    name="_publish",
    label="Save and publish",
    done="published",
    sources=(Status.DRAFT, Status.REVIEW, Status.SCHEDULED, Status.ARCHIVED),
    target=Status.PUBLISHED,
    values={
        "publish_at": None,
        "published_at": Now(),
        "first_published_at": Coalesce(F("first_published_at"), Now()),
    },
)
ARCHIVE = Step(
    name="_archive",
    label="Save and archive",
    done="archived",
    sources=(Status.PUBLISHED,),
    target=Status.ARCHIVED,
)

STEPS = {step.name: step for step in (PUBLISH, SUBMIT, RETURN_TO_DRAFT, SCHEDULE, ARCHIVE)}


def pressed_step(data: Mapping) -> Step | None:
    """The step whose button was pressed in a posted form."""
    return next((step for name, step in STEPS.items() if name in data), None)


def steps_for(post: Post, user: AbstractBaseUser) -> list[Step]:
    """What `user` may do with the post now, in the order of the buttons."""
    return [
        step
        for step in STEPS.values()
        if step.is_possible_for(post) and step.is_allowed_to(user, post)
    ]
