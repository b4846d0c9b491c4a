"""The accounts of an export's authors: found, or made without a way to log in."""

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from apps.posts.importing.entries import record_import
from apps.posts.importing.keys import digest, import_key, plain_slug
from apps.posts.importing.report import Report
from apps.posts.wordpress.records import Author, Comment
from apps.users.models import User
from apps.users.querysets import normalize_email

MAX_EMAIL = 255
MAX_NAME = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """An author of the file; the address is empty where the file gives none that is valid."""

    key: str
    name: str
    email: str = ""
    bad_email: str = ""
    is_listed: bool = True


class Accounts:
    """Whose a post or comment is.

    An account is recognised by its import key, else by its e-mail address, if that is
    the same but for case: then it is used, staff or not, and the report names it.
    Else an inactive account without a password is made.
    """

    def __init__(self):
        self.site = ""
        self._listed: dict[str, Author] = {}
        self._by_id: dict[str, Author] = {}
        self._by_email: dict[str, Author] = {}
        self._ids: dict[str, int] = {}

    def add(self, author: Author) -> None:
        self._listed[author.login] = author
        if author.id:
            self._by_id[author.id] = author
        if email := valid_email(author.email):
            self._by_email.setdefault(email, author)

    def of_creator(self, login: str) -> Wanted:
        if author := self._listed.get(login):
            return self._wanted(author)
        name = login or "Unknown author"
        return Wanted(import_key(self.site, "author", login), name, is_listed=False)

    def of_comment(self, comment: Comment) -> Wanted | None:
        """The author of a comment by somebody logged in; None for a visitor's."""
        if comment.user_id in {"", "0"}:
            return None
        author = self._by_id.get(comment.user_id)
        author = author or self._by_email.get(normalize_email(comment.author_email))
        if author:
            return self._wanted(author)
        key = import_key(self.site, "user", comment.user_id)
        return Wanted(key, comment.author_name or "Unknown author", is_listed=False)

    def _wanted(self, author: Author) -> Wanted:
        email = valid_email(author.email)
        bad = author.email if author.email and not email else ""
        return Wanted(import_key(self.site, "author", author.login), author.name, email, bad)

    def id_of(self, wanted: Wanted) -> int:
        return self._ids[wanted.key]

    def forget(self) -> None:
        """Trust the database again: a transaction that made some was rolled back."""
        self._ids.clear()

    def resolve(self, wanted: list[Wanted], report: Report) -> None:
        """Know the id of each, in at most three statements."""
        missing = {one.key: one for one in wanted if one.key not in self._ids}
        if not missing:
            return
        known = User.objects.filter(import_key__in=missing).values_list("import_key", "pk")
        self._ids.update(known)
        missing = {key: one for key, one in missing.items() if key not in self._ids}
        if missing:
            self._attach(missing, report)
            self._make(missing, report)

    def _attach(self, missing: dict[str, Wanted], report: Report) -> None:
        emails = {self._email(one): key for key, one in missing.items()}
        for user in User.objects.filter(email__in=emails).only("email", "is_staff", "deleted_at"):
            what = "staff account" if user.is_staff else "account"
            where = " in the trash" if user.deleted_at else ""
            report.change(f"author is the {what} of the same address{where}", user.email)
            for key in [key for key, one in missing.items() if self._email(one) == user.email]:
                self._ids[key] = user.pk
                del missing[key]

    def _make(self, missing: dict[str, Wanted], report: Report) -> None:
        by_email: dict[str, User] = {}
        for one in missing.values():
            by_email.setdefault(self._email(one), _account(one, self._email(one)))
            if not one.is_listed:
                report.change("author not listed in the file: an account was made", one.name)
            if one.bad_email:
                report.change("author’s e-mail address is malformed: replaced", one.bad_email)
            if len(one.name) > MAX_NAME:
                report.change(f"author’s name cut at {MAX_NAME} characters", one.name[:MAX_NAME])
        User.objects.bulk_create(by_email.values())
        record_import(by_email.values())
        report.created["users"] += len(by_email)
        self._ids.update((one.key, by_email[self._email(one)].pk) for one in missing.values())

    def _email(self, wanted: Wanted) -> str:
        if wanted.email:
            return wanted.email
        # `.invalid` can never receive mail (RFC 2606), and the digest keeps it unique.
        local = plain_slug(wanted.name, "author", 40)
        return f"{local}-{digest(wanted.key)[:12]}@imported.invalid"


def _account(wanted: Wanted, email: str) -> User:
    return User(
        email=email,
        name=wanted.name.strip()[:MAX_NAME].strip() or "Unknown author",
        password=make_password(None),
        is_active=False,
        import_key=wanted.key,
    )


def valid_email(email: str) -> str:
    """The address as it is stored, or an empty text."""
    email = normalize_email(email)
    try:
        validate_email(email)
    except ValidationError:
        return ""
    return email if len(email) <= MAX_EMAIL and email == email.lower() else ""
