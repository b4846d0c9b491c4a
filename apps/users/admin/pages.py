"""Pages about one account beside its form: password, suspension, picture."""

from functools import partial
from http import HTTPStatus

from django.contrib.admin.helpers import AdminForm
from django.contrib.admin.utils import unquote
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import SetPasswordForm
from django.core.exceptions import PermissionDenied
from django.db import Error
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from apps.backoffice.changelist import selected_keys, versions_shown
from apps.editing.not_saved import is_being_saved
from apps.editing.selection import VERSIONS
from apps.users import actions
from apps.users.admin import sets
from apps.users.forms import SuspendForm
from apps.users.models import Profile, User
from apps.users.pictures import content_type_of

PICTURE_HEADERS = {
    # A picture is a stranger's file: shown as what it is, never run, never guessed at.
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Content-Disposition": "inline",
    "Cache-Control": "private, no-cache",
}


class AccountPages:
    """For UserAdmin."""

    change_form_template = "users/change_form.html"

    def get_urls(self):
        pages = {
            "password": self.password_view,
            "suspend": self.suspend_view,
            "picture": self.picture_view,
        }
        return [
            path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"users_user_{name}",
            )
            for name, view in pages.items()
        ] + super().get_urls()

    def render_change_form(self, request, context, **kwargs):
        user = kwargs.get("obj")
        if user is not None:
            context["may_set_password"] = self.has_change_permission(request, user)
            context["may_suspend"] = user.deleted_at is None and self.has_suspend_permission(
                request, user
            )
        return super().render_change_form(request, context, **kwargs)

    def account(self, request, object_id: str) -> User:
        user = self.get_object(request, unquote(object_id))
        if user is None:
            raise Http404
        return user

    @method_decorator(sensitive_post_parameters())
    def password_view(self, request, object_id):
        user = self.account(request, object_id)
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        form = SetPasswordForm(user, request.POST if request.method == "POST" else None)
        if not form.is_valid():
            title = f"Change password: {user}"
            return self.form_page(
                request, form, title=title, button="Change password", user_shown=user
            )
        own = user.pk == request.user.pk
        actions.set_password(
            user,
            form.cleaned_data["new_password1"],
            by=request.user,
            session_key=request.session.session_key if own else None,
        )
        if own:
            update_session_auth_hash(request, user)
        self.message_user(request, "The password was changed. Other sessions were ended.")
        return self.to_account(user)

    def suspend_view(self, request, object_id):
        user = self.account(request, object_id)
        if not self.has_suspend_permission(request, user):
            raise PermissionDenied
        rows = User.objects.filter(pk=user.pk)
        if request.method != "POST":
            return self.suspension_page(request, rows)
        try:
            page = self.run_action(request, sets.suspend, rows)
        except Error as error:
            if not is_being_saved(error):
                raise
            page = self.suspend_later(request, rows)
        return page or self.to_account(user)

    def suspension_page(self, request, queryset):
        """Asks until when and why; None once it is done, or there is nobody left to suspend."""
        if "_end" in request.POST:
            sets.act(self, request, queryset, actions.unsuspend_users, "let in again")
            return None
        form = SuspendForm(request.POST if "_suspend" in request.POST else None)
        if form.is_valid():
            suspend = partial(actions.suspend_users, **form.cleaned_data)
            sets.act(self, request, queryset, suspend, "suspended")
            return None
        users = list(queryset.order_by("name"))
        versions = versions_shown((user.pk, user.version) for user in users)
        return self.suspension_form(request, form, users, versions) if users else None

    def try_again(self, request, extra_context):
        if "_suspend" not in request.POST:
            return super().try_again(request, extra_context)
        return self.suspend_later(request, User.objects.filter(pk__in=selected_keys(request)))

    def suspend_later(self, request, queryset):
        """The page with what was typed, and the versions that were seen: somebody is saving one."""
        self.say_being_saved(request)
        form = SuspendForm(request.POST if "_suspend" in request.POST else None)
        users, versions = list(queryset.order_by("name")), request.POST.get(VERSIONS, "")
        page = self.suspension_form(request, form, users, versions)
        page.status_code = HTTPStatus.CONFLICT
        return page

    def suspension_form(self, request, form, users: list[User], versions: str):
        return self.form_page(
            request,
            form,
            title=f"Suspend {users[0]}" if len(users) == 1 else f"Suspend {len(users)} users",
            button="Suspend",
            name="_suspend",
            users=users,
            versions=versions,
            selected="_selected_action" in request.POST,
            user_shown=users[0] if len(users) == 1 else None,
            is_suspended=len(users) == 1 and users[0].is_suspended,
        )

    def form_page(self, request, form, *, title: str, **context):
        fieldsets = [(None, {"fields": list(form.fields)})]
        request.current_app = self.admin_site.name
        return TemplateResponse(
            request,
            "users/form.html",
            {
                **self.admin_site.each_context(request),
                "title": title,
                "opts": self.opts,
                "form": form,
                "adminform": AdminForm(form, fieldsets, {}),
                "media": self.media,
                **context,
            },
        )

    def picture_view(self, request, object_id):
        if not self.has_view_permission(request):
            raise PermissionDenied
        user = self.account(request, object_id)
        found = Profile.objects.filter(pk=user.pk, picture__isnull=False)
        picture = bytes(found.values_list("picture", flat=True).first() or b"")
        kind = content_type_of(picture)
        if kind is None:
            raise Http404
        return HttpResponse(picture, content_type=kind, headers=PICTURE_HEADERS)

    def to_account(self, user: User) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:users_user_change", args=[user.pk]))
