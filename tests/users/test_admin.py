import datetime
import re

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.activity.models import AuditEntry
from apps.users.models import Profile, Session, User
from tests.factories import (
    PASSWORD,
    ProfileFactory,
    UserFactory,
    ed,
    mallory,
    maud,
    olive,
    rory,
    wren,
)

pytestmark = pytest.mark.django_db
USERS = "/admin/users/user/"
GIF = b"GIF89a" + b"\0" * 20
INLINE = {
    "profile-TOTAL_FORMS": "1",
    "profile-INITIAL_FORMS": "0",
    "profile-MIN_NUM_FORMS": "0",
    "profile-MAX_NUM_FORMS": "1",
}


@pytest.fixture
def admin(client):
    client.force_login(olive())
    return client


def page_of(user: User, page: str = "change") -> str:
    return f"{USERS}{user.pk}/{page}/"


def form_of(user: User, **changes) -> dict:
    """What the browser sends of the user's page."""
    data = {
        "name": user.name,
        "email": user.email,
        "region": user.region,
        "groups": list(user.groups.values_list("pk", flat=True)),
        **INLINE,
    }
    for name in ("is_active", "is_staff", "email_verified"):
        if getattr(user, name):
            data[name] = "on"
    if Profile.objects.filter(pk=user.pk).exists():
        data |= {
            "profile-INITIAL_FORMS": "1",
            "profile-0-user": user.pk,
            "profile-0-bio": user.profile.bio,
            "profile-0-website": user.profile.website,
        }
    return {key: value for key, value in (data | changes).items() if value is not None}


def new_user(**changes) -> dict:
    data = {
        "name": "Nina",
        "email": "nina@example.com",
        "region": "",
        "password1": PASSWORD,
        "password2": PASSWORD,
        **INLINE,
    }
    return data | changes


def errors_of(response) -> dict:
    assert response.status_code == 200, response.status_code
    return response.context["adminform"].form.errors


class TestChange:
    def test_an_edit_is_one_version(self, admin):
        user = UserFactory(region="north")
        role = Group.objects.get(name="Writer")
        response = admin.post(
            page_of(user),
            form_of(
                user, name="  Nora  ", region="south", is_staff="on", groups=[role.pk],
                **{"profile-0-bio": "Rivers.", "profile-0-website": "example.org"},
            ),
        )  # fmt: skip
        assert response.status_code == 302
        stored = User.objects.get(pk=user.pk)
        assert (stored.name, stored.region, stored.is_staff) == ("Nora", "south", True)
        assert list(stored.groups.all()) == [role]
        assert (stored.profile.bio, stored.profile.website) == ("Rivers.", "https://example.org")
        assert stored.version == user.version + 1
        assert stored.updated_at > user.updated_at

    def test_an_address_is_verified_by_hand_and_another_one_is_not(self, admin):
        user = UserFactory(email="person@example.com")
        admin.post(page_of(user), form_of(user, email_verified="on"))
        user.refresh_from_db()
        assert user.email_verified
        admin.post(page_of(user), form_of(user, email="other@example.com"))
        user.refresh_from_db()
        assert not user.email_verified
        entry = AuditEntry.objects.of_object("users.user", user.pk).latest("id")
        assert entry.changes == {
            "email": ["person@example.com", "other@example.com"], "email_verified": [True, False]
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("typed", "stored"), [("+45 12 34 56 78", "+45 12 34 56 78"), ("", None)]
    )
    def test_a_telephone_number_is_text_or_none(self, admin, typed, stored):
        user = UserFactory(phone="1")
        admin.post(page_of(user), form_of(user, phone=typed))
        user.refresh_from_db()
        assert user.phone == stored

    def test_saving_without_a_change_is_no_version(self, admin):
        user = ProfileFactory().user
        assert admin.post(page_of(user), form_of(user)).status_code == 302
        assert User.objects.get(pk=user.pk).version == user.version

    def test_points_password_and_times_are_in_no_form(self, admin):
        user = UserFactory(points=5)
        forged = {"points": "900", "password": "x", "deleted_at": "2026-01-01", "version": "50"}
        admin.post(page_of(user), form_of(user, name="Nora", **forged))
        stored = User.objects.get(pk=user.pk)
        assert (stored.points, stored.password) == (5, user.password)
        assert (stored.deleted_at, stored.version) == (None, 2)

    def test_an_address_is_unique_over_the_trash_and_the_error_leads_there(self, admin):
        trashed = UserFactory(email="gone@example.com", deleted_at=timezone.now())
        user = UserFactory()
        response = admin.post(page_of(user), form_of(user, email="GONE@example.com"))
        error = str(errors_of(response)["email"])
        assert page_of(trashed) in error
        assert "in the trash" in error

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", "   "),
            ("name", "a\x00b"),
            ("name", "x" * 101),
            ("email", "no address"),
            ("email", "a\x00b@example.com"),
            ("email", "x" * 300 + "@example.com"),
            ("region", "x" * 41),
            ("phone", "x" * 21),
            ("phone", "1" * 21),
            ("phone", "call me"),
            ("region", "\x00"),
            ("groups", "garbage"),
            ("groups", "999999"),
            ("groups", "99999999999999999999999999"),
            ("groups", "\x00"),
        ],
    )
    def test_bad_input_is_a_field_error(self, admin, field, value):
        user = UserFactory()
        response = admin.post(page_of(user), form_of(user, **{field: value}))
        assert field in errors_of(response)
        assert User.objects.get(pk=user.pk).version == 1

    @pytest.mark.parametrize(
        ("field", "value"),
        [("bio", "x" * 5001), ("bio", "\x00"), ("website", "javascript:alert(1)")],
    )
    def test_a_bad_profile_is_a_field_error(self, admin, field, value):
        user = UserFactory()
        response = admin.post(page_of(user), form_of(user, **{f"profile-0-{field}": value}))
        assert response.status_code == 200
        assert response.context["inline_admin_formsets"][0].formset.errors[0].keys() == {field}
        assert not Profile.objects.exists()

    @pytest.mark.parametrize("charset", ["utf-7", "utf-16", "raw_unicode_escape", "no-such"])
    def test_a_body_in_another_encoding_is_no_server_error(self, admin, charset):
        user = UserFactory()
        body = (
            '--b\r\nContent-Disposition: form-data; name="name"\r\n\r\n+2AA-\r\n--b--\r\n'
        ).encode("latin-1")
        response = admin.generic(
            "POST",
            page_of(user),
            body,
            content_type=f"multipart/form-data; boundary=b; charset={charset}",
        )
        assert response.status_code in (200, 400)
        assert User.objects.get(pk=user.pk).version == 1

    @pytest.mark.parametrize(
        "forged",
        [
            {"profile-TOTAL_FORMS": "garbage"},
            {"profile-TOTAL_FORMS": "1000000"},
            {"profile-INITIAL_FORMS": "1", "profile-0-user": "999"},
            {"profile-INITIAL_FORMS": "1", "profile-0-user": "\x00"},
            {"profile-TOTAL_FORMS": None},
            {"profile-0-user": "x", "profile-0-bio": "y"},
        ],
    )
    def test_a_forged_inline_changes_nothing_of_others(self, admin, forged):
        other = ProfileFactory(bio="Mine.")
        user = UserFactory()
        response = admin.post(page_of(user), form_of(user, **forged))
        assert response.status_code in (200, 302, 400)
        other.refresh_from_db()
        assert other.bio == "Mine."

    def test_another_persons_profile_cannot_be_named(self, admin):
        other = ProfileFactory(bio="Mine.")
        user = ProfileFactory(bio="Own.").user
        admin.post(
            page_of(user),
            form_of(user, **{"profile-0-user": other.pk, "profile-0-bio": "Overwritten."}),
        )
        other.refresh_from_db()
        assert other.bio == "Mine."

    def test_who_may_only_read_sees_a_page_without_fields(self, client):
        user = UserFactory()
        client.force_login(rory())
        page = client.get(page_of(user)).content.decode()
        assert user.email in page
        assert 'name="email"' not in page
        assert client.post(page_of(user), form_of(user, name="Nora")).status_code == 403

    def test_in_the_trash_nothing_is_edited(self, admin):
        user = UserFactory(deleted_at=timezone.now())
        assert admin.get(page_of(user)).status_code == 200
        assert admin.post(page_of(user), form_of(user, name="Nora")).status_code == 409

    @pytest.mark.parametrize("pk", ["0", "-1", "x", "99999999999999999999999", "%00", "1.5"])
    @pytest.mark.parametrize(
        "page", ["change", "password", "suspend", "picture", "delete", "restore", "history"]
    )
    def test_an_account_that_is_not_there_is_said_not_to_be(self, admin, pk, page):
        assert admin.get(f"{USERS}{pk}/{page}/").status_code in (302, 404, 405)


class TestAdd:
    def test_an_account_comes_with_its_password_and_profile(self, admin):
        response = admin.post(f"{USERS}add/", new_user(**{"profile-0-bio": "New here."}))
        assert response.status_code == 302
        user = User.objects.get(email="nina@example.com")
        assert user.check_password(PASSWORD)
        assert user.profile.bio == "New here."
        assert (user.version, user.is_staff, user.is_superuser) == (1, False, False)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"password1": "short", "password2": "short"}, "password2"),
            ({"password1": "password1234", "password2": "password1234"}, "password2"),
            ({"password2": "another-password"}, "password2"),
            ({"password1": "\x00" * 20, "password2": "\x00" * 20}, "password1"),
            ({"password1": "nina@example.com", "password2": "nina@example.com"}, "password2"),
            ({"email": "OLIVE@example.com"}, "email"),
            ({"name": " "}, "name"),
        ],
    )
    def test_bad_input_is_a_field_error(self, admin, changes, field):
        assert field in errors_of(admin.post(f"{USERS}add/", new_user(**changes)))
        assert not User.objects.filter(name="Nina").exists()

    def test_the_password_is_hashed_once(self, admin, monkeypatch):
        from django.contrib.auth import hashers

        hashed = []
        plain = hashers.MD5PasswordHasher.encode
        monkeypatch.setattr(
            hashers.MD5PasswordHasher,
            "encode",
            lambda self, *args: hashed.append(1) or plain(self, *args),
        )
        admin.post(f"{USERS}add/", new_user())
        assert hashed == [1]


class TestPassword:
    def test_it_is_set_and_the_owner_logged_out(self, admin, client):
        user = wren()
        there = type(admin)()
        there.force_login(user)
        new = {"new_password1": "a quite new password", "new_password2": "a quite new password"}
        assert admin.post(page_of(user, "password"), new).status_code == 302
        stored = User.objects.get(pk=user.pk)
        assert stored.check_password("a quite new password")
        assert stored.version == 2
        assert there.get("/admin/").status_code == 302

    def test_a_weak_one_is_refused(self, admin):
        user = wren()
        page = admin.post(
            page_of(user, "password"), {"new_password1": "short", "new_password2": "short"}
        )
        assert "at least 12 characters" in page.content.decode()

    def test_ones_own_keeps_this_session_and_ends_the_others(self, admin):
        user = User.objects.get(name="Olive")
        there = type(admin)()
        there.force_login(user)
        new = {"new_password1": "a quite new password", "new_password2": "a quite new password"}
        admin.post(page_of(user, "password"), new)
        assert admin.get("/admin/").status_code == 200
        assert there.get("/admin/").status_code == 302

    def test_ones_own_by_the_menu_writes_the_password_alone(self, admin):
        user = User.objects.get(name="Olive")
        there = type(admin)()
        there.force_login(user)
        new = {
            "old_password": PASSWORD,
            "new_password1": "a quite new password",
            "new_password2": "a quite new password",
        }
        with CaptureQueriesContext(connection) as queries:
            assert admin.post("/admin/password_change/", new).status_code == 302
        assert not [q for q in queries if "UPDATE" in q["sql"] and '"points"' in q["sql"]]
        assert User.objects.get(pk=user.pk).check_password("a quite new password")
        assert admin.get("/admin/").status_code == 200
        assert there.get("/admin/").status_code == 302
        assert Session.objects.filter(user=user).count() == 1

    def test_a_moderator_may_not(self, client):
        user = UserFactory()
        client.force_login(maud())
        assert client.get(page_of(user, "password")).status_code == 403


class TestSuspension:
    until = (timezone.now() + datetime.timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")

    @pytest.fixture
    def moderator(self, client):
        client.force_login(maud())
        return client

    def suspend(self, client, user, **changes):
        data = {"until": self.until, "reason": "Spam", "_suspend": "1"}
        return client.post(page_of(user, "suspend"), data | changes)

    def test_a_moderator_suspends_and_lets_in_again(self, moderator):
        user = UserFactory()
        assert moderator.get(page_of(user, "suspend")).status_code == 200
        assert self.suspend(moderator, user).status_code == 302
        user.refresh_from_db()
        assert user.is_suspended
        assert user.suspension_reason == "Spam"
        page = moderator.get(page_of(user)).content.decode()
        assert re.search(r"Suspended</span> until [^<]* by Maud: Spam", page)
        assert "End suspension" in moderator.get(page_of(user, "suspend")).content.decode()
        moderator.post(page_of(user, "suspend"), {"_end": "1"})
        user.refresh_from_db()
        assert not user.is_suspended

    @pytest.mark.parametrize(
        "changes",
        [
            {"until": "2020-01-01T10:00"},
            {"until": "9999-12-31T23:59"},
            {"until": "0001-01-01T00:00"},
            {"until": "garbage"},
            {"until": "\x00"},
            {"reason": ""},
            {"reason": "x" * 201},
            {"reason": "\x00"},
        ],
    )
    def test_bad_input_is_a_field_error(self, moderator, changes):
        user = UserFactory()
        page = self.suspend(moderator, user, **changes)
        assert page.status_code == 200
        assert page.context["form"].errors.keys() == changes.keys()
        user.refresh_from_db()
        assert not user.is_suspended

    def test_a_moderator_changes_nothing_else(self, moderator):
        user = UserFactory()
        assert moderator.post(page_of(user), form_of(user, name="Nora")).status_code == 403
        assert moderator.post(page_of(user, "delete"), {"post": "yes"}).status_code == 403
        assert moderator.get(f"{USERS}add/").status_code == 403

    @pytest.mark.parametrize("other", [olive, ed, wren, maud])
    def test_not_who_holds_more_nor_oneself(self, moderator, other):
        user = User.objects.get(name="Maud") if other is maud else other()
        assert self.suspend(moderator, user).status_code == 403

    def test_who_may_only_read_may_not(self, client):
        client.force_login(rory())
        assert self.suspend(client, UserFactory()).status_code == 403


class TestTrash:
    def test_a_user_goes_to_the_trash_and_comes_back(self, admin):
        user = UserFactory()
        assert admin.get(page_of(user, "delete")).status_code == 200
        assert admin.post(page_of(user, "delete"), {"post": "yes"}).status_code == 302
        user.refresh_from_db()
        assert user.deleted_at is not None
        assert admin.post(page_of(user, "restore")).status_code == 302
        user.refresh_from_db()
        assert user.deleted_at is None
        assert user.version == 3

    def test_nobody_deletes_himself(self, admin):
        user = User.objects.get(name="Olive")
        assert admin.post(page_of(user, "delete"), {"post": "yes"}).status_code == 403

    def test_the_delete_page_does_not_count_what_goes_with_it(self, admin):
        user = UserFactory()
        with CaptureQueriesContext(connection) as queries:
            admin.get(page_of(user, "delete"))
        assert len(queries) <= 5


class TestPicture:
    def upload(self, client, user, content: bytes, name: str = "me.gif"):
        file = SimpleUploadedFile(name, content)
        return client.post(page_of(user), form_of(user, **{"profile-0-upload": file}))

    @pytest.mark.parametrize(
        ("content", "kind"),
        [
            (b"\x89PNG\r\n\x1a\n" + b"0" * 9, "image/png"),
            (b"\xff\xd8\xff\xe0" + b"0" * 9, "image/jpeg"),
            (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
            (GIF, "image/gif"),
        ],
    )
    def test_it_is_kept_and_shown_with_safe_headers(self, admin, content, kind):
        user = UserFactory()
        assert self.upload(admin, user, content).status_code == 302
        shown = admin.get(page_of(user, "picture"))
        assert shown.content == content
        assert shown["Content-Type"] == kind
        assert shown["X-Content-Type-Options"] == "nosniff"
        assert shown["Content-Security-Policy"] == "default-src 'none'; sandbox"

    @pytest.mark.parametrize(
        "content",
        [
            b"<svg onload=alert(1)>",
            b"<html>",
            b"RIFF0000WAVE",
            b"\x89PNG\r\n\x1a\n" + b"0" * 256 * 1024,
        ],
        ids=["svg", "html", "wave", "too large"],
    )
    def test_anything_else_is_a_field_error(self, admin, content):
        user = UserFactory()
        page = self.upload(admin, user, content, "me.png")
        assert page.status_code == 200
        assert page.context["inline_admin_formsets"][0].formset.errors[0].keys() == {"upload"}
        assert not Profile.objects.exists()

    def test_it_stays_when_something_else_is_changed_and_can_be_taken_away(self, admin):
        user = ProfileFactory(picture=GIF).user
        page = admin.get(page_of(user)).content.decode()
        assert page_of(user, "picture") in page
        admin.post(page_of(user), form_of(user, **{"profile-0-bio": "Changed."}))
        user.profile.refresh_from_db()
        assert (user.profile.bio, bytes(user.profile.picture)) == ("Changed.", GIF)
        admin.post(page_of(user), form_of(user, **{"profile-0-upload-clear": "on"}))
        user.profile.refresh_from_db()
        assert user.profile.picture is None
        assert admin.get(page_of(user, "picture")).status_code == 404

    def test_the_page_of_a_user_does_not_load_it(self, admin):
        user = ProfileFactory(picture=GIF).user
        with CaptureQueriesContext(connection) as queries:
            admin.get(page_of(user))
        reading = [q["sql"] for q in queries if "picture" in q["sql"]]
        assert len(reading) == 1
        assert "IS NOT NULL" in reading[0]

    def test_it_is_for_those_who_may_see_users(self, client):
        user = ProfileFactory(picture=GIF).user
        client.force_login(mallory())
        assert client.get(page_of(user, "picture")).status_code == 403


def test_the_page_of_a_user_takes_as_many_queries_with_a_thousand_users(admin):
    """Session, user, his rights, profile, groups offered (2: the person's, the choices), his
    groups; panels of other apps add theirs.
    """
    user = ProfileFactory(user=wren()).user
    counts = []
    for _ in range(2):
        admin.get(page_of(user))
        with CaptureQueriesContext(connection) as queries:
            assert admin.get(page_of(user)).status_code == 200
        counts.append(len(queries))
        User.objects.bulk_create(UserFactory.build() for n in range(1_000))
    assert counts[0] == counts[1] <= 8


@pytest.mark.parametrize(
    "page", ["add/", "{}/change/", "{}/suspend/", "{}/password/", "{}/delete/"]
)
@pytest.mark.parametrize(
    "query",
    [
        "name=%00&email=%00&groups=x&is_superuser=1&password1=x",
        "groups=99999999999999999999999999,1&region=" + "x" * 10_000,
        "_to_field=password",
        "_popup=1&_to_field=id",
        "_changelist_filters=%00garbage",
        "version=x&o=1&e=1",
    ],
    ids=lambda query: query[:30],
)
def test_a_hand_made_address_of_a_page_is_no_server_error(admin, page, query):
    user = UserFactory()
    response = admin.get(f"{USERS}{page.format(user.pk)}?{query}")
    assert response.status_code in (200, 302, 400)
    assert b"md5$" not in response.content


@pytest.mark.parametrize("page", ["suspend", "password", "delete", "restore"])
def test_a_hand_made_body_of_a_page_is_no_server_error(admin, page):
    user = UserFactory()
    junk = {"until": ["", "x"], "post": "\x00", "_end": "\x00", "new_password1": "x" * 100_000}
    assert admin.post(page_of(user, page), junk).status_code in (200, 302, 400, 403)
