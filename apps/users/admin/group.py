from django.contrib import admin, messages
from django.contrib.auth import admin as stock
from django.contrib.auth.models import Group
from django.forms import CheckboxSelectMultiple
from django.utils.html import format_html_join

from apps.backoffice.admin import ModelAdmin
from apps.backoffice.keyset import Order
from apps.backoffice.rows import Column
from apps.editing.history.admin import WithHistory
from apps.users import actions
from apps.users.forms import GroupForm, PermissionsField
from apps.users.querysets import groups_within, permissions_offered
from apps.users.roles import is_role

# Importing Django's admin has registered the one that lets everybody hand out everything.
admin.site.unregister(stock.Group)


@admin.register(Group)
class GroupAdmin(WithHistory, ModelAdmin):
    """Roles are shown and written by Copydesk itself; groups of the staff's own are edited here."""

    form = GroupForm
    columns = [Column("name", link=True)]
    orders = {"": [Order("name", index="auth_group_name_key")]}
    readonly_fields = ["allows"]

    def get_fields(self, request, obj=None):
        may_change = obj is None or self.has_change_permission(request, obj)
        return ["name", "permissions" if may_change else "allows"]

    @admin.display(description="Permissions")
    def allows(self, group):
        """Django's own read-only list asks for the model of each permission by itself."""
        names = group.permissions.values_list("content_type__app_label", "name")
        return format_html_join("", "{}: {}<br>", names.order_by("content_type", "name"))

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        """Offers the permissions one holds: no more can be given."""
        kwargs["queryset"] = permissions_offered(request.user).order_by("content_type", "name")
        kwargs["form_class"] = PermissionsField
        kwargs["widget"] = CheckboxSelectMultiple({"class": "check-list"})
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self.is_within(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self.is_within(request, obj)

    def is_within(self, request, group: Group | None) -> bool:
        """Whether the group is no role and holds nothing beyond this person's rights."""
        if group is None:
            return True
        return not is_role(group.name) and groups_within(request.user).contains(group)

    def save_model(self, request, obj, form, change):
        """Saved in save_related: name and permissions are one edit."""

    def save_related(self, request, form, formsets, change):
        permissions = form.cleaned_data["permissions"]
        actions.save_group(form.instance, permissions, by=request.user, is_new=not change)

    def goes_with(self, group):
        members = group.user_set.count()
        return [f"The membership of {members:,} users in this group"] if members else []

    def delete_model(self, request, group):
        actions.delete_group(group, by=request.user)
        messages.info(request, "What the group allowed its members is gone with it.")
