import re

from django.contrib import admin
from django.db.models.functions import Lower
from django.forms import CheckboxSelectMultiple
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from apps.backoffice.fields import ManyField
from apps.backoffice.filters import BooleanFilter, DateRangeFilter, MemberFilter
from apps.backoffice.keyset import Order
from apps.backoffice.panels import FormPanel
from apps.backoffice.rows import Column, number, short_time, when
from apps.backoffice.search import LAST_CHARACTER, PrefixSearch
from apps.database.expressions import Bytewise
from apps.database.planned import Given, PlannedQuery
from apps.editing.admin import VersionedAdmin
from apps.users import actions
from apps.users.admin import sets
from apps.users.admin.columns import RegionFilter, address_badge, standing_badge
from apps.users.admin.pages import AccountPages
from apps.users.admin.profile import ProfileInline, changed_profile
from apps.users.cards import user_card
from apps.users.forms import NewUserForm, UserForm
from apps.users.models import User
from apps.users.querysets import groups_within
from apps.users.rights import holds_more

BY_NAME = Bytewise(Lower("name"))
MOST_OFFERED = 21
# What most fields ask while somebody types: of all who are here, the first whose names begin so.
NAMED = PlannedQuery(
    lambda: (
        User.objects.live()
        .alias(start=BY_NAME)
        .filter(start__gte=Lower(Given("first")), start__lt=Lower(Given("last")))
        .order_by(BY_NAME.asc(), "pk")
        .only("name")[:MOST_OFFERED]
    )
)
# No e-mail address.
BEGINNING_OF_NAME = re.compile(r"\s*([^\s@:\x00][^@:\x00]{0,199})")
EDITED = [
    "name", "email", "email_verified", "phone", "region", "is_active", "is_staff", "is_superuser"
]  # fmt: skip


@admin.register(User)
class UserAdmin(AccountPages, VersionedAdmin):
    """Accounts. Nobody changes who holds more than himself, nor his own standing."""

    form = UserForm
    columns = [
        Column("name", link=True),
        Column("email"),
        Column("region"),
        Column(
            "status",
            standing_badge,
            fields=["is_active", "is_staff", "suspended_until"],
            label="Status",
        ),
        Column("email_verified", address_badge, label="Address"),
        Column("points", number),
        Column("created_at", when, label="Created"),
    ]
    filters = [
        BooleanFilter("is_active", "active"),
        BooleanFilter("is_staff", "staff"),
        BooleanFilter("email_verified", "e-mail address verified"),
        MemberFilter("groups", "role"),
        RegionFilter("region"),
        DateRangeFilter("created_at", "created"),
    ]
    orders = {
        "": [
            "-created_at",
            "created_at",
            Order("name", BY_NAME),
            Order("-name", BY_NAME),
            "-points",
            "points",
        ],
        "region": ["-created_at", "created_at"],
        "is_staff": ["-created_at", "created_at"],
        "is_active": ["-created_at", "created_at"],
        "email_verified": ["-created_at", "created_at"],
        "trash": ["-deleted_at"],
    }
    search = PrefixSearch(Order("name", BY_NAME), Order("email", Bytewise("email")))
    actions = sets.ALL
    export_fields = [
        "id", "name", "email", "email_verified", "phone", "region", "is_active", "is_staff",
        "points", "created_at", "last_seen_at",
    ]  # fmt: skip
    export_needs = {"email": "users.export_emails", "phone": "users.export_emails"}
    inlines = [ProfileInline]
    readonly_fields = ["points", "created_at", "last_seen_at", "standing"]

    def complete(self, queryset, term, limit):
        """As any list's, at less than half of the cost where the field adds no condition."""
        begun = BEGINNING_OF_NAME.fullmatch(term)
        if queryset.query.where or begun is None or limit > MOST_OFFERED:
            return super().complete(queryset, term, limit)
        first = begun[1].rstrip()
        return NAMED.rows(first=first, last=first + LAST_CHARACTER)[:limit]

    # What the page shows, and what of it this person may change

    def get_fieldsets(self, request, obj=None):
        account = ["name", "email", "phone", "region"]
        rights = ["is_staff", "groups", "is_superuser"]
        withheld = self.rights_withheld(request, obj)
        if obj is not None:
            if "is_superuser" in withheld and not obj.is_superuser:
                rights.remove("is_superuser")
            record = ["standing", "points", "last_seen_at", "created_at"]
            return [
                ("Account", {"fields": [*account, "email_verified", "is_active"]}),
                ("Staff and roles", {"fields": rights}),
                ("Record", {"fields": record}),
            ]
        shown = [
            ("Account", {"fields": account}),
            ("Password", {"fields": ["password1", "password2"]}),
        ]
        offered = [name for name in rights if name not in withheld]
        return [*shown, ("Staff and roles", {"fields": offered})] if offered else shown

    def get_readonly_fields(self, request, obj=None):
        return [*self.readonly_fields, *self.rights_withheld(request, obj)]

    def rights_withheld(self, request, obj: User | None) -> list[str]:
        """The fields that this person may see and not change: never his own."""
        if obj is not None and obj.pk == request.user.pk:
            return ["is_active", "is_staff", "groups", "is_superuser"]
        withheld = [] if request.user.has_perm("users.manage_staff") else ["is_staff", "groups"]
        return withheld if request.user.is_superuser else [*withheld, "is_superuser"]

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj is None:
            kwargs.setdefault("form", NewUserForm)
        return super().get_form(request, obj, change=change, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        """Offers the groups that hold nothing beyond this person's rights."""
        kwargs["queryset"] = groups_within(request.user).order_by("name")
        kwargs["form_class"] = ManyField
        kwargs["widget"] = CheckboxSelectMultiple
        kwargs["help_text"] = "What each may do is on the page of the group."
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @admin.display(description="Status")
    def standing(self, user):
        # Made of fixed texts.
        badge = mark_safe(  # noqa: S308  # nosec B308, B703
            standing_badge(user.is_active, user.is_staff, user.suspended_until)
        )
        if not user.is_suspended:
            return badge
        by = user_card(user.suspended_by_id) if user.suspended_by_id else None
        said = f"until {short_time(user.suspended_until)}{f' by {by.name}' if by else ''}"
        return format_html("{} {}: {}", badge, said, user.suspension_reason)

    # Permissions

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (
            obj is None or (obj.deleted_at is None and not holds_more(obj, than=request.user))
        )

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self.may_end(request, obj)

    def has_suspend_permission(self, request, obj=None):
        return request.user.has_perm("users.suspend_user") and self.may_end(request, obj)

    def may_end(self, request, obj: User | None) -> bool:
        """Nobody ends himself, or who holds more."""
        return obj is None or (obj.pk != request.user.pk and not holds_more(obj, than=request.user))

    # Saving

    def save_model(self, request, obj, form, change):
        """Saved as a whole in save_related: columns, roles and profile are one edit."""

    def construct_change_message(self, request, form, formsets, add=False):
        """Django's reads what formsets have saved; no log entry is made of it here."""
        return []

    def save_related(self, request, form, formsets, change):
        data, changed = form.cleaned_data, form.changed_data
        groups = data["groups"] if "groups" in changed else None
        profile = {}
        for formset in formsets:
            if not isinstance(formset, FormPanel):
                profile |= changed_profile(formset)
        if change:
            values = {name: data[name] for name in EDITED if name in changed}
            if values or profile or groups is not None:
                actions.change_user(
                    form.instance, values, groups=groups, profile=profile, by=request.user
                )
        else:
            actions.create_user(
                form.instance,
                password=data["password1"],
                groups=groups or (),
                profile=profile,
                by=request.user,
            )
        for formset in formsets:
            if isinstance(formset, FormPanel):
                self.save_formset(request, form, formset, change)

    # The trash

    def move_to_trash(self, request, obj):
        actions.trash_users(User.objects.filter(pk=obj.pk), by=request.user)

    def restore(self, request, obj):
        actions.restore_users(User.objects.filter(pk=obj.pk), by=request.user)

    def goes_with(self, obj):
        return ["Posts and comments stay, under the same name.", "All sessions end."]
