"""Pending edits and their tokens in the wrong hands, and hostile bodies."""

from base64 import b64encode

import pytest
import time_machine
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from apps.activity.models import AuditEntry
from apps.editing.actions import MOST_WAITING
from apps.editing.admin import VersionedAdmin
from apps.editing.models import PendingEdit
from apps.editing.opened import KEPT_SECONDS, NAME, Opened
from apps.posts.models import Category, Post
from apps.users.models import User
from tests.clients import StaffClient
from tests.factories import (
    PendingEditFactory,
    PostFactory,
    UserFactory,
    ed,
    maud,
    olive,
    staff,
    wren,
)
from tests.forms import OpenForm, forms_on, log_in, merge_page, open_add, open_change

pytestmark = pytest.mark.django_db
PAGE = "/admin/editing/pending/{}/"


def signed(who, obj, **changes) -> str:
    values = vars(Opened.now(who.pk, obj._meta.label_lower, obj)) | changes
    return Opened(**values).signed()


# Another's


@pytest.mark.parametrize("button", [None, "_save", "_discard", "_keep", "_restore", "_back"])
def test_another_s_pending_edit_does_not_exist(button):
    owner = ed()
    edit = PendingEditFactory(user=owner)
    client = log_in(olive(is_superuser=True))
    page = PAGE.format(edit.pk)
    assert client.get(page).status_code == 404
    if button:
        post = Post.objects.get()
        tokens = [
            signed(who, post, pending_id=edit.pk) for who in (owner, User.objects.get(name="Olive"))
        ]
        for token in tokens:
            assert client.post(page, {button: "1", NAME: token, "title": "x"}).status_code == 404
    assert "My title" not in client.get("/admin/editing/pending/").content.decode()
    assert "edit waiting" not in client.get("/admin/").content.decode()
    page = client.get(f"/admin/posts/post/{edit.object_id}/change/").content.decode()
    assert PAGE.format(edit.pk) not in page
    edit.refresh_from_db()
    assert (edit.is_waiting, edit.payload["data"]) == (True, {"title": ["My title"]})


def test_another_s_pending_edit_is_not_overwritten_by_a_save_that_names_it():
    edit = PendingEditFactory(user=ed())
    post = Post.objects.get()
    mallory = olive()
    form = open_change(log_in(mallory), post)
    open_change(log_in(staff("Zoe", "Admin")), post).post(title="Theirs")
    answer = form.post(title="Mine", **{NAME: signed(mallory, post, pending_id=edit.pk)})
    assert answer.status_code == 409
    edit.refresh_from_db()
    assert edit.payload["data"] == {"title": ["My title"]}
    assert PendingEdit.objects.exclude(pk=edit.pk).get().user == mallory


# Tokens


@pytest.fixture
def form():
    return open_change(log_in(ed()), PostFactory(title="Harbour"))


def tokens_of_others(form) -> dict[str, str]:
    post, me = Post.objects.get(), User.objects.get(name="Ed")
    mine = form.data[NAME][0]
    _, *rest = mine.split(":")
    return {
        "none": "",
        "no token": "x",
        "tampered": mine[:-1] + ("a" if mine[-1] != "a" else "b"),
        "another version under my signature": ":".join([forged(), *rest]),
        "of another user": signed(olive(), post),
        "of another object": signed(me, PostFactory(title="Other")),
        "of another kind": signed(me, post, object_type="posts.comment"),
        "of an add form": signed(me, post, object_id=None, version=None),
    }


def forged() -> str:
    return b64encode(b'[1,"posts.post",1,7,"k",null]').decode().rstrip("=")


@pytest.mark.parametrize("which", [
    "none", "no token", "tampered", "another version under my signature", "of another user",
    "of another object", "of another kind", "of an add form",
])  # fmt: skip
def test_a_form_under_a_token_that_is_not_its_own_is_never_saved_unseen(which, form):
    token = tokens_of_others(form)[which]
    answer = form.client.post(form.address, form.data | {"title": "Typed", NAME: token})
    assert answer.status_code == 409
    assert Post.objects.earliest("pk").title == "Harbour"
    edit = PendingEdit.objects.get()
    assert (edit.user.name, edit.payload["data"]["title"]) == ("Ed", ["Typed"])
    assert merge_page(form.client, answer.content.decode()).post().status_code == 302
    assert Post.objects.earliest("pk").title == "Typed"


def test_nothing_of_a_logged_out_browser_is_kept_under_a_token_that_is_not_ours(form):
    bad = tokens_of_others(form)
    form.client.logout()
    for which in ("none", "no token", "tampered", "another version under my signature"):
        answer = form.client.post(form.address, form.data | {NAME: bad[which]})
        assert answer.url.startswith("/admin/login/?next=/admin/posts/")
    assert not PendingEdit.objects.exists()


def test_an_old_token_keeps_nothing_without_a_login(form):
    form.client.logout()
    later = timezone.now() + timezone.timedelta(seconds=KEPT_SECONDS + 60)
    with time_machine.travel(later):
        form.client.post(form.address, form.data)
    assert not PendingEdit.objects.exists()
    assert form.client.post(form.address, form.data).url.endswith(
        PAGE.format(PendingEdit.objects.get().pk)
    )


def test_a_token_keeps_what_was_typed_for_its_owner_alone(form):
    """Whoever sends it: another who is logged in is not shown it."""
    other = StaffClient(enforce_csrf_checks=True)
    other.force_login(maud())
    answer = other.post(form.address, form.data | {"title": "Secret words"})
    assert answer.status_code == 403
    assert "Secret words" not in answer.content.decode()
    edit = PendingEdit.objects.get()
    assert edit.user.name == "Ed"
    assert other.get(PAGE.format(edit.pk)).status_code == 404


# Too much


def test_the_201st_edit_is_refused_with_the_text_on_the_page(form):
    owner = User.objects.get(name="Ed")
    PendingEditFactory.create_batch(MOST_WAITING, user=owner, object_id=1)
    answer = form.client.post(form.address, form.data | {"title": "Typed", NAME: ""})
    assert answer.status_code == 413
    assert "Typed" in answer.content.decode()
    assert PendingEdit.objects.count() == MOST_WAITING
    form.client.logout()
    form.client.post(form.address, form.data | {"title": "Typed"})
    assert PendingEdit.objects.count() == MOST_WAITING


def test_five_megabytes_are_refused_with_the_text_on_the_page(form):
    text = "word " * 1_000_000
    answer = form.client.post(form.address, form.data | {"content": text, NAME: ""})
    assert answer.status_code == 413
    assert "word word" in answer.content.decode()
    form.client.logout()
    answer = form.client.post(form.address, form.data | {"content": text})
    assert answer.status_code == 302
    assert not PendingEdit.objects.exists()


@pytest.mark.parametrize("where", ["title", "content", "bad\x00name", "_reason", "tags", NAME])
def test_a_nul_byte_is_no_server_error(where, form):
    typed = {where: "a\x00b"}
    assert form.client.post(form.address, form.data | typed).status_code in (200, 302, 400, 409)
    answer = form.client.post(form.address, form.data | typed | {NAME: ""})
    assert answer.status_code in (200, 302, 400, 409, 413)
    form.client.logout()
    assert form.client.post(form.address, form.data | typed).status_code in (302, 400)
    form.client.force_login(User.objects.get(name="Ed"))
    for edit in PendingEdit.objects.all():
        page = form.client.get(PAGE.format(edit.pk))
        assert page.status_code == 200
        assert merge_page(form.client, page.content.decode()).post().status_code in (200, 302)


def test_a_file_with_a_nul_byte_in_its_type_is_kept():
    client = log_in(olive(is_superuser=True))
    form = open_change(client, UserFactory())
    upload = SimpleUploadedFile("me.png", b"\x89PNG\r\n\x1a\n", "image/\x00png")
    answer = client.post(form.address, form.data | {"profile-0-upload": upload, NAME: ""})
    assert answer.status_code == 409
    assert merge_page(client, answer.content.decode()).post().status_code == 302


# Passwords

SECRET = "Tr0ub4dor-and-three"


def admin_forms() -> list[str]:
    """Add and change pages, and what else hangs on an object's address, of every admin."""
    other = UserFactory(staff=True, role="Writer")
    addresses = []
    for model, model_admin in admin.site._registry.items():
        obj = other if model is User else model._default_manager.first()
        for url in model_admin.get_urls():
            name = url.pattern.name if hasattr(url.pattern, "name") else url.name
            keys = getattr(url.pattern, "converters", {})
            if name is None or (keys and obj is None):
                continue
            args = [obj.pk] if len(keys) == 1 else []
            if len(keys) > 1 or "autocomplete" in name:
                continue
            addresses.append(reverse(f"admin:{name}", args=args))
    return [*addresses, "/admin/password_change/", f"/admin/users/user/{other.pk}/password/"]


def test_no_form_leaves_a_password_in_a_pending_edit():
    PostFactory()
    root = olive(is_superuser=True)
    client = log_in(root)
    seen = set()
    for address in admin_forms():
        page = client.get(address)
        if (
            page.streaming
            or page.status_code != 200
            or 'type="password"' not in page.content.decode()
        ):
            continue
        for form_id in forms_on(page.content.decode()):
            form = OpenForm(client, address, form_id, page.content.decode())
            secret = [name for name, kind in form.types.items() if kind == "password"]
            if not secret:
                continue
            seen.add(address)
            opened = Opened.now(root.pk, "users.user", None).signed()
            data = {NAME: opened} | form.data | dict.fromkeys(secret, SECRET) | {"name": "Nell"}
            client.logout()
            client.post(address, data)
            client.force_login(root)
            client.post(address, data | {NAME: "unreadable"})
    # Else this would prove nothing.
    assert "/admin/users/user/add/" in seen
    assert "/admin/password_change/" in seen
    assert PendingEdit.objects.exists()
    kept = str(list(PendingEdit.objects.values_list("payload", "submission")))
    entries = str(list(AuditEntry.objects.values_list("changes", "submission", "reason")))
    assert SECRET not in kept + entries


def test_two_passwords_leave_one_trace():
    """Of a digest with a password in it, the password could be guessed."""
    client = log_in(olive(is_superuser=True))
    form = open_add(client, User)
    client.logout()
    for password in (SECRET, SECRET[::-1]):
        client.post(form.address, form.data | {"password1": password, "password2": password})
    assert PendingEdit.objects.count() == 1


# Rights


def test_rights_beyond_one_s_own_come_by_no_pending_edit():
    """Whatever stands in a body, its page saves what its owner could have typed."""
    clerk = staff("Clara", "Moderator")
    clerk.user_permissions.add(*permissions("change_user", "view_user", "manage_staff"))
    victim = UserFactory(name="Nell")
    chosen = {
        "is_superuser": ["on"],
        "is_staff": ["on"],
        "groups": [group("Admin")],
        "points": ["9"],
    }
    page = open_change(log_in(clerk), victim)
    for user in (victim, clerk):
        data = {name: list(texts) for name, texts in page.data.items() if name != NAME}
        if user == clerk:
            data = {"name": ["Clara"], "email": [clerk.email]}
        edit = PendingEditFactory(
            user=clerk, object_type="users.user", object_id=user.pk,
            payload={"data": data | {"name": ["Renamed"]} | chosen, "files": {}},
        )  # fmt: skip
        shown = page.client.get(PAGE.format(edit.pk)).content.decode()
        merge_page(page.client, shown).post()
        user.refresh_from_db()
        assert (user.is_superuser, user.points) == (False, 0)
        assert not user.groups.filter(name="Admin").exists()
    assert not victim.has_perm("posts.publish_post")


def test_a_merge_page_gives_no_field_that_the_form_has_not():
    """A writer has no author to choose; named in his body, his post stays his."""
    writer = wren()
    other = UserFactory()
    post = PostFactory(author=writer, title="Harbour")
    form = open_change(log_in(writer), post)
    open_change(log_in(olive()), post).post(title="Theirs")
    answer = form.post(title="Mine", author=other.pk, status="published", version="9")
    assert answer.status_code == 409
    page = merge_page(form.client, answer.content.decode())
    assert page.post(c1="mine", author=other.pk, status="published").status_code == 302
    post.refresh_from_db()
    assert (post.title, post.author, post.status, post.version) == ("Mine", writer, "draft", 3)


def test_who_lost_the_right_keeps_the_text_and_saves_nothing():
    editor = ed()
    post = PostFactory(title="Harbour")
    form = open_change(log_in(editor), post)
    form.client.logout()
    form.client.post(form.address, form.data | {"title": "Typed"})
    editor.groups.set([Group.objects.get(name="Analyst")])
    form.client.force_login(editor)
    edit = PendingEdit.objects.get()
    shown = form.client.get(PAGE.format(edit.pk))
    assert "Typed" in shown.content.decode()
    token = signed(editor, post, pending_id=edit.pk)
    answer = form.client.post(PAGE.format(edit.pk), {"_save": "1", NAME: token})
    assert answer.status_code in (403, 409)
    post.refresh_from_db()
    assert post.title == "Harbour"
    assert PendingEdit.objects.get().is_waiting


def test_who_may_not_add_saves_no_new_object():
    analyst = staff("Rory", "Analyst")
    edit = PendingEditFactory(
        user=analyst, object_type="posts.category", object_id=None, opened_version=None,
        payload={"data": {"name": ["Sea"], "slug": ["sea"], "position": ["0"]}, "files": {}},
    )  # fmt: skip
    client = log_in(analyst)
    assert "Sea" in client.get(PAGE.format(edit.pk)).content.decode()
    token = Opened.now(analyst.pk, "posts.category", None, edit.pk).signed()
    assert client.post(PAGE.format(edit.pk), {"_save": "1", NAME: token}).status_code in (403, 409)
    assert not Category.objects.exists()


def test_every_versioned_admin_guards_its_saves():
    versioned = {model for model in admin.site._registry if hasattr(model, "version")}
    guarded = {
        model for model, one in admin.site._registry.items() if isinstance(one, VersionedAdmin)
    }
    assert versioned == guarded


def permissions(*names: str):
    from django.contrib.auth.models import Permission

    return Permission.objects.filter(codename__in=names)


def group(name: str) -> str:
    return str(Group.objects.get(name=name).pk)
