"""Every address of the site and who may do what there: anonymous, each role, and who is out.

`OUT` are sent to the login; of the staff, those named in a row get its answer, the others 403.
An address without a row fails the first test.
"""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from django.contrib.auth.models import Group
from django.test.client import MULTIPART_CONTENT
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from apps.operations.models import Schedule
from apps.users.models import User
from tests import factories
from tests.clients import StaffClient
from tests.factories import (
    CategoryFactory,
    CommentFactory,
    PendingEditFactory,
    PostFactory,
    TagFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

STAFF = ["admin", "editor", "writer", "moderator", "analyst", "operator", "mallory"]
OUT = ["anonymous", "plain", "disabled", "suspended", "deleted"]
ADMIN = "admin"
READERS = "admin editor moderator analyst"
EXPORTERS = "admin editor analyst"
EVERYBODY = " ".join(STAFF)
NOBODY = ""
GET, POST = "GET", "POST"


@dataclass(frozen=True)
class Row:
    """Who (`may`) gets `answer` from an address; `args` makes its arguments for each person."""

    url: str
    may: str
    method: str = GET
    answer: int = 200
    args: Callable[[User | None], list] = lambda person: []
    data: dict = field(default_factory=dict)
    content_type: str = MULTIPART_CONTENT
    refused: int = 403
    out: int = 302

    def __str__(self) -> str:
        return f"{self.method} {self.url} {' '.join(map(str, self.data.values()))}".strip()


def user(person) -> list:
    return [UserFactory().pk]


def trashed_user(person) -> list:
    return [UserFactory(deleted_at=factories.EPOCH).pk]


def pictured_user(person) -> list:
    return [factories.ProfileFactory(picture=b"GIF89a").pk]


def oneself(person) -> list:
    return [person.pk if person else UserFactory().pk]


def administrator(person) -> list:
    chief = UserFactory(staff=True, role="Admin")
    return [chief.pk]


def own_edit(person) -> list:
    owner = person if person and person.pk else UserFactory()
    return [PendingEditFactory(user=owner).pk]


def anothers_edit(person) -> list:
    return [PendingEditFactory().pk]


def superuser(person) -> list:
    return [UserFactory(staff=True, is_superuser=True).pk]


def own_group(person) -> list:
    return [Group.objects.create(name=f"Group {Group.objects.count()}").pk]


def role(person) -> list:
    return [Group.objects.get(name="Writer").pk]


INDEX = [
    Row("admin:index", EVERYBODY),
    Row("admin:login", EVERYBODY, answer=302, out=200),
    Row("admin:logout", EVERYBODY, answer=405),
    Row("admin:logout", EVERYBODY, POST),
    Row("admin:password_change", EVERYBODY),
    Row("admin:password_change", EVERYBODY, POST),
    Row("admin:password_change_done", EVERYBODY),
    Row("admin:jsi18n", EVERYBODY),
    Row("admin:autocomplete", NOBODY),
    # Nothing has a page outside the back office.
    Row("admin:view_on_site", EVERYBODY, answer=404, args=lambda person: [1, 1]),
    Row("admin:app_list", READERS, args=lambda person: ["users"], refused=404),
    # Groups stand in the section of users.
    Row("admin:app_list", NOBODY, args=lambda person: ["auth"], refused=404),
    Row("admin/(?P<url>.*)$", EVERYBODY, answer=404, args=lambda person: ["nowhere"]),
]
ACCOUNTS = [
    Row("admin:users_user_changelist", READERS),
    Row("admin:users_user_changelist", READERS, POST, answer=302),
    Row("admin:users_user_export", EXPORTERS),
    Row("admin:users_user_add", ADMIN),
    Row("admin:users_user_add", ADMIN, POST),
    Row("admin:users_user_change", READERS, args=user),
    Row("admin:users_user_change", READERS, args=superuser),
    Row("admin:users_user_change", ADMIN, POST, args=user),
    Row("admin:users_user_change", ADMIN, POST, args=administrator),
    Row("admin:users_user_change", NOBODY, POST, args=superuser),
    Row("admin:users_user_change", ADMIN, POST, 409, args=trashed_user),
    Row("admin:users_user_delete", ADMIN, args=user),
    Row("admin:users_user_delete", ADMIN, POST, 302, args=user, data={"post": "yes"}),
    Row("admin:users_user_delete", NOBODY, POST, args=superuser, data={"post": "yes"}),
    Row("admin:users_user_delete", NOBODY, POST, args=oneself, data={"post": "yes"}),
    Row("admin:users_user_restore", ADMIN, answer=405, args=trashed_user),
    Row("admin:users_user_restore", ADMIN, POST, 302, args=trashed_user),
    Row("admin:users_user_history", READERS, args=user),
    Row("admin:users_user_password", ADMIN, args=user),
    Row("admin:users_user_password", ADMIN, POST, args=user),
    Row("admin:users_user_password", NOBODY, POST, args=superuser),
    Row("admin:users_user_password", ADMIN, args=oneself),
    Row("admin:users_user_suspend", "admin moderator", args=user),
    Row("admin:users_user_suspend", "admin moderator", POST, args=user, data={"_suspend": "1"}),
    Row("admin:users_user_suspend", ADMIN, POST, args=administrator, data={"_suspend": "1"}),
    Row("admin:users_user_suspend", NOBODY, POST, args=superuser, data={"_suspend": "1"}),
    Row("admin:users_user_suspend", NOBODY, POST, args=oneself, data={"_suspend": "1"}),
    Row("admin:users_user_picture", READERS, args=pictured_user),
    Row("admin/users/user/<path:object_id>/", EVERYBODY, answer=302, args=user),
    Row("admin:auth_group_changelist", ADMIN),
    Row("admin:auth_group_changelist", ADMIN, POST, 302),
    Row("admin:auth_group_add", ADMIN),
    Row("admin:auth_group_add", ADMIN, POST),
    Row("admin:auth_group_change", ADMIN, args=own_group),
    Row("admin:auth_group_change", ADMIN, args=role),
    Row("admin:auth_group_change", ADMIN, POST, args=own_group),
    Row("admin:auth_group_change", NOBODY, POST, args=role),
    Row("admin:auth_group_delete", ADMIN, args=own_group),
    Row("admin:auth_group_delete", ADMIN, POST, 302, args=own_group, data={"post": "yes"}),
    Row("admin:auth_group_delete", NOBODY, POST, args=role, data={"post": "yes"}),
    Row("admin:auth_group_history", ADMIN, args=own_group),
    Row("admin/auth/group/<path:object_id>/", EVERYBODY, answer=302, args=own_group),
]


def post(**fields) -> Callable[[User | None], list]:
    """A post of somebody else's."""
    return lambda person: [PostFactory(**fields).pk]


def own_post(**fields) -> Callable[[User | None], list]:
    return lambda person: [PostFactory(author=person or UserFactory(), **fields).pk]


def comment(**fields) -> Callable[[User | None], list]:
    return lambda person: [CommentFactory(**fields).pk]


def category(person) -> list:
    return [CategoryFactory().pk]


def tag(person) -> list:
    return [TagFactory().pk]


TRASHED = {"deleted_at": factories.EPOCH}
YES = {"post": "yes"}
CONTENT_READERS = "admin editor writer moderator analyst"
WRITERS = "admin editor writer"
EDITORS = "admin editor"
MODERATORS = "admin editor moderator"


def first_version(made: Callable[[User | None], list]) -> Callable[[User | None], list]:
    return lambda person: [*made(person), 1]


def restored(model: str, may: str, made: Callable[[User | None], list]) -> Row:
    return Row(f"admin:{model}_version", may, POST, 302, args=first_version(made))


def topics(name: str, made: Callable) -> list[Row]:
    """Categories and tags."""
    url = f"admin:posts_{name}"
    return [
        Row(f"{url}_changelist", CONTENT_READERS),
        Row(f"{url}_changelist", CONTENT_READERS, POST, 302),
        Row(f"{url}_add", EDITORS),
        Row(f"{url}_add", EDITORS, POST),
        Row(f"{url}_change", CONTENT_READERS, args=made),
        Row(f"{url}_change", EDITORS, POST, args=made),
        Row(f"{url}_delete", EDITORS, args=made),
        Row(f"{url}_delete", EDITORS, POST, 302, args=made, data=YES),
        Row(f"{url}_history", CONTENT_READERS, args=made),
        restored(f"posts_{name}", EDITORS, made),
        Row(f"admin/posts/{name}/<path:object_id>/", EVERYBODY, answer=302, args=made),
    ]


CONTENT = [
    Row("admin:posts_post_changelist", CONTENT_READERS),
    Row("admin:posts_post_export", EXPORTERS),
    Row("admin:posts_comment_export", EXPORTERS),
    Row("admin:posts_post_changelist", CONTENT_READERS, POST, 302),
    Row("admin:posts_post_add", WRITERS),
    Row("admin:posts_post_add", WRITERS, POST),
    Row("admin:posts_post_preview", WRITERS, POST, data={"content": "x"}),
    Row("admin:posts_post_change", CONTENT_READERS, args=post()),
    # A writer changes his own, while it is draft or in review.
    Row("admin:posts_post_change", WRITERS, POST, args=own_post(status="draft")),
    Row("admin:posts_post_change", WRITERS, POST, args=own_post(status="review")),
    Row("admin:posts_post_change", EDITORS, POST, args=own_post(status="scheduled")),
    Row("admin:posts_post_change", EDITORS, POST, args=own_post(status="published")),
    Row("admin:posts_post_change", EDITORS, POST, args=own_post(status="archived")),
    Row("admin:posts_post_change", EDITORS, POST, args=post(status="draft")),
    Row("admin:posts_post_change", WRITERS, POST, 409, args=own_post(**TRASHED)),
    Row("admin:posts_post_delete", EDITORS, args=own_post(status="draft")),
    Row("admin:posts_post_delete", EDITORS, POST, 302, args=own_post(), data=YES),
    Row("admin:posts_post_delete", EDITORS, POST, 302, args=post(), data=YES),
    Row("admin:posts_post_restore", EDITORS, answer=405, args=post(**TRASHED)),
    Row("admin:posts_post_restore", EDITORS, POST, 302, args=own_post(**TRASHED)),
    Row("admin:posts_post_history", CONTENT_READERS, args=post()),
    restored("posts_post", EDITORS, post()),
    Row("admin:posts_post_version", EDITORS, answer=302, args=first_version(post())),
    restored("posts_post", WRITERS, own_post(status="draft")),
    restored("posts_post", NOBODY, own_post(**TRASHED)),
    Row("admin/posts/post/<path:object_id>/", EVERYBODY, answer=302, args=post()),
    Row("admin:posts_comment_changelist", "admin editor moderator analyst"),
    Row("admin:posts_comment_changelist", "admin editor moderator analyst", POST, 302),
    Row("admin:posts_comment_add", EDITORS),
    Row("admin:posts_comment_add", EDITORS, POST),
    Row("admin:posts_comment_change", READERS, args=comment()),
    Row("admin:posts_comment_change", MODERATORS, POST, args=comment()),
    Row("admin:posts_comment_change", MODERATORS, POST, 409, args=comment(**TRASHED)),
    Row("admin:posts_comment_delete", MODERATORS, args=comment()),
    Row("admin:posts_comment_delete", MODERATORS, POST, 302, args=comment(), data=YES),
    Row("admin:posts_comment_restore", MODERATORS, answer=405, args=comment(**TRASHED)),
    Row("admin:posts_comment_restore", MODERATORS, POST, 302, args=comment(**TRASHED)),
    Row("admin:posts_comment_history", READERS, args=comment()),
    restored("posts_comment", MODERATORS, comment()),
    Row("admin/posts/comment/<path:object_id>/", EVERYBODY, answer=302, args=comment()),
    Row("admin:app_list", CONTENT_READERS, args=lambda person: ["posts"], refused=404),
    *topics("category", category),
    *topics("tag", tag),
]


def completes(model: str, field: str) -> dict:
    return {"app_label": "posts", "model_name": model, "field_name": field, "term": "a"}


AUTOCOMPLETES = [
    Row("admin:autocomplete", READERS, data=completes("post", "author")),
    Row("admin:autocomplete", CONTENT_READERS, data=completes("post", "category")),
    Row("admin:autocomplete", CONTENT_READERS, data=completes("comment", "post")),
    Row("admin:autocomplete", NOBODY, data=completes("user", "password")),
]


def beats(label: str, may: str) -> Row:
    """A heartbeat of the page of an object that is gone."""
    data = {"type": label, "id": 2**62, "version": 1, "state": "editing", "tab": "0123456789"}
    json = "application/json"
    return Row("editing:presence", may, POST, 404, data=data, content_type=json)


PRESENCE = [
    Row("editing:presence", EVERYBODY, answer=405),
    Row("editing:presence", EVERYBODY, POST, 400),
    beats("users.user", READERS),
    beats("posts.post", CONTENT_READERS),
    beats("posts.comment", READERS),
]


def schedule(person) -> list:
    every = datetime.timedelta(hours=1)
    return [Schedule.objects.get_or_create(name="sweep", defaults={"every": every})[0].pk]


OPERATORS = "admin operator"
SCHEDULES = [
    Row("admin:operations_schedule_changelist", OPERATORS),
    Row("admin:operations_schedule_changelist", OPERATORS, POST, 302),
    Row("admin:operations_schedule_add", NOBODY),
    Row("admin:operations_schedule_add", NOBODY, POST),
    Row("admin:operations_schedule_change", OPERATORS, args=schedule),
    Row("admin:operations_schedule_change", NOBODY, POST, args=schedule),
    Row("admin:operations_schedule_delete", NOBODY, args=schedule),
    Row("admin:operations_schedule_delete", NOBODY, POST, args=schedule, data=YES),
    Row("admin:operations_schedule_history", OPERATORS, args=schedule),
    Row("admin:operations_schedule_run", OPERATORS, answer=405, args=schedule),
    Row("admin:operations_schedule_run", OPERATORS, POST, 302, args=schedule),
    Row("admin/operations/schedule/<path:object_id>/", EVERYBODY, answer=302, args=schedule),
    Row("admin:app_list", OPERATORS, args=lambda person: ["operations"], refused=404),
]
PENDING = [
    Row("editing:all", EVERYBODY),
    Row("editing:pending", EVERYBODY, args=own_edit),
    Row("editing:pending", EVERYBODY, POST, 302, args=own_edit, data={"_discard": "1"}),
    # Nobody has another's, whatever he may do.
    Row("editing:pending", EVERYBODY, answer=404, args=anothers_edit),
    Row("editing:pending", EVERYBODY, POST, 404, args=anothers_edit, data={"_discard": "1"}),
]
VERSIONS_OF_USERS = [
    restored("users_user", ADMIN, user),
    restored("users_user", ADMIN, administrator),
    restored("users_user", NOBODY, superuser),
]
PEOPLES_READERS = "admin editor analyst"
CONVERSATIONS_READERS = "admin moderator analyst"
STAFFS_READERS = "admin analyst"


def report(slug: str) -> Callable[[User | None], list]:
    return lambda person: [slug]


REPORTS = [
    Row("reports:index", f"{READERS} operator"),
    Row("reports:index", NOBODY, POST, refused=405),
    Row("reports:report", PEOPLES_READERS, args=report("people")),
    Row("reports:report", PEOPLES_READERS, POST, 302, args=report("people")),
    Row("reports:report", PEOPLES_READERS, answer=400, args=report("people"), data={"x": "1"}),
    Row("reports:report", PEOPLES_READERS, args=report("content")),
    Row("reports:report", PEOPLES_READERS, args=report("overview")),
    Row("reports:report", PEOPLES_READERS, args=report("calendar")),
    Row("reports:report", PEOPLES_READERS, args=report("pipeline")),
    Row("reports:report", PEOPLES_READERS, args=report("author")),
    Row("reports:report", PEOPLES_READERS, args=report("top-authors")),
    Row("reports:report", PEOPLES_READERS, args=report("engagement")),
    Row("reports:report", PEOPLES_READERS, args=report("retention")),
    Row("reports:report", CONVERSATIONS_READERS, args=report("comments")),
    Row("reports:report", CONVERSATIONS_READERS, args=report("moderation")),
    Row("reports:report", STAFFS_READERS, args=report("staff")),
    Row("reports:report", STAFFS_READERS, args=report("edits")),
    Row("reports:report", NOBODY, args=report("nothing"), refused=404),
]
DATABASE = [
    Row("monitoring:migrations", OPERATORS),
    Row("monitoring:migrations", NOBODY, POST, refused=405),
    Row("monitoring:migrations_now", OPERATORS),
    Row("monitoring:backfills", NOBODY, refused=405),
    Row("monitoring:backfills", OPERATORS, POST, 302, data={"pause_all": "1"}),
    Row("monitoring:backfills", OPERATORS, POST, 302, data={"resume": "1"}),
]
ROWS = [
    *VERSIONS_OF_USERS,
    *INDEX,
    *ACCOUNTS,
    *CONTENT,
    *AUTOCOMPLETES,
    *PRESENCE,
    *SCHEDULES,
    *PENDING,
    *REPORTS,
    *DATABASE,
]


def addresses(patterns=None, prefix: str = "", namespace: str = "") -> Iterator[str]:
    """The name of every address there is, or its pattern if it has none."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}" if pattern.name else route
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern.url_patterns, route, inner)


def test_every_address_has_a_row():
    # "" leads to the home page, for everybody.
    assert set(addresses()) - {""} == {row.url for row in ROWS}


def cast() -> dict[str, User | None]:
    return {
        "anonymous": None,
        "plain": UserFactory(role="Admin"),
        "disabled": factories.staff("Dora", "Admin"),
        "suspended": factories.staff("Sid", "Admin"),
        "deleted": factories.staff("Del", "Admin"),
        "admin": factories.olive(),
        "editor": factories.ed(),
        "writer": factories.wren(),
        "moderator": factories.maud(),
        "analyst": factories.rory(),
        "operator": factories.otto(),
        "mallory": factories.mallory(),
    }


@pytest.fixture(scope="module")
def people(django_db_setup, django_db_blocker):
    """Name → (person, the cookies of his session), for all rows: logging in takes longest."""
    with django_db_blocker.unblock():
        users = cast()
        assert users.keys() == {*OUT, *STAFF}
        people = {name: (person, logged_in(person)) for name, person in users.items()}
        put_out(users)
    yield people
    with django_db_blocker.unblock():
        User.objects.filter(pk__in=[person.pk for person in users.values() if person]).delete()


def logged_in(person: User | None) -> dict:
    client = StaffClient()
    if person is not None:
        client.force_login(person)
    return {name: morsel.value for name, morsel in client.cookies.items()}


def put_out(users: dict[str, User | None]) -> None:
    """After their logins: sessions that were good once."""
    tomorrow = timezone.now() + datetime.timedelta(days=1)
    User.objects.filter(pk=users["disabled"].pk).update(is_active=False)
    User.objects.filter(pk=users["deleted"].pk).update(deleted_at=timezone.now())
    User.objects.filter(pk=users["suspended"].pk).update(suspended_until=tomorrow)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_who_gets_what(row, people):
    answers, expected = {}, {}
    for name, (person, cookies) in people.items():
        client = StaffClient(raise_request_exception=False)
        client.cookies.load(cookies)
        answers[name] = ask(client, row, row.args(person))
        expected[name] = row.out if name in OUT else row.refused
        if name in row.may.split():
            expected[name] = row.answer
    assert answers == expected


def ask(client: StaffClient, row: Row, args: list) -> int:
    address = address_of(row.url, args)
    if row.method == GET:
        return client.get(address, row.data).status_code
    return client.post(address, row.data, content_type=row.content_type).status_code


def address_of(url: str, args: list) -> str:
    if url.startswith(("admin:", "editing:", "reports:", "monitoring:")):
        return reverse(url, args=args)
    start = url.partition("<")[0].partition("(")[0]
    return f"/{start}{args[0]}" + ("/" if url.endswith("/") else "")
