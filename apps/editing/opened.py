"""What a form says of itself when it comes back: who opened it, on what, at which version.

One signed hidden input. So a version cannot be forged, and what is typed into a form can be kept
for its owner even when he is logged out by then, while nobody else can leave anything there.
"""

import secrets
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Self

from django.core import signing
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

NAME = "_opened"
CSRF = "csrfmiddlewaretoken"
REASON = "_reason"
# The fields the form had: an empty checkbox and one that was not there are posted alike.
FIELDS = "_fields"
# Names one sending of the form: `received.py`.
SENT = "_sent"
BESIDE_TYPED = {NAME, CSRF, SENT}
SALT = "copydesk.opened"
# So long a form may lie open and its text still be kept without a login.
KEPT_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True)
class Opened:
    """`object_id` and `version` are None on an add form; `key` is of this one rendering.

    `pending_id` is the pending edit that the form would finish.
    """

    user_id: int
    object_type: str
    object_id: int | None
    version: int | None
    key: str
    pending_id: int | None = None

    @classmethod
    def now(cls, user_id: int, object_type: str, obj=None, pending_id: int | None = None) -> Self:
        object_id, version = (obj.pk, obj.version) if obj is not None else (None, None)
        key = secrets.token_urlsafe(12)
        return cls(user_id, object_type, object_id, version, key, pending_id)

    def at(self, version: int | None) -> Self:
        return replace(self, version=version)

    def signed(self) -> str:
        return signing.dumps(list(vars(self).values()), salt=SALT)

    @classmethod
    def read(cls, signed: str, max_age: int | None = None) -> Self | None:
        """None for what we did not sign, or longer ago than `max_age` seconds."""
        try:
            return cls(*signing.loads(signed, salt=SALT, max_age=max_age))
        except (signing.BadSignature, TypeError):
            return None

    def submission(self, data: QueryDict, files: MultiValueDict) -> str:
        """What is known by the form and all that was typed into it: sent again, it is the same."""
        return f"{self.key}:{digest(data, files)}"


def key_of(submission: str) -> str:
    """Of the form that was sent so."""
    return submission.partition(":")[0]


def is_typed(name: str) -> bool:
    """Not the token that changes with the login, nor this one; buttons begin like it."""
    return name != CSRF and not name.startswith("_")


def is_secret(name: str) -> bool:
    return "password" in name.lower()


def digest(data: QueryDict, files: MultiValueDict) -> str:
    """Of all that was typed, files included, in whatever order it came; but for passwords, which
    could be guessed from it.
    """
    made = sha256()
    for name in sorted(data):
        if name not in BESIDE_TYPED and not is_secret(name):
            made.update(repr((name, data.getlist(name))).encode())
    for name in sorted(files):
        for file in files.getlist(name):
            made.update(repr((name, file.name, file.size)).encode())
            for chunk in file.chunks():
                made.update(chunk)
            file.seek(0)
    return made.hexdigest()[:32]
