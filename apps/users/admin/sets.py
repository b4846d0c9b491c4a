"""Actions on the users selected in the list. Who may run them is named beside each."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied

from apps.users import actions


def act(model_admin, request, queryset, action, done: str) -> None:
    """Run a set action on the selection and report how many rows it changed."""
    selected = queryset.count()
    try:
        count = action(queryset, by=request.user)
    except PermissionDenied as refused:
        model_admin.message_user(request, str(refused), messages.ERROR)
        return
    people = "1 user was" if count == 1 else f"{count} users were"
    message = f"{people} {done}."
    if count < selected:
        message += (
            f" {selected - count} left as they were: so already, yourself, or holding rights"
            " that you do not hold."
        )
    model_admin.message_user(request, message, messages.SUCCESS if count else messages.WARNING)


@admin.action(description="Activate", permissions=["change"])
def activate(model_admin, request, queryset):
    act(model_admin, request, queryset, actions.activate_users, "switched on")


@admin.action(description="Deactivate", permissions=["change"])
def deactivate(model_admin, request, queryset):
    act(model_admin, request, queryset, actions.deactivate_users, "switched off")


@admin.action(description="Suspend …", permissions=["suspend"])
def suspend(model_admin, request, queryset):
    return model_admin.suspension_page(request, queryset)


@admin.action(description="End suspension", permissions=["suspend"])
def unsuspend(model_admin, request, queryset):
    act(model_admin, request, queryset, actions.unsuspend_users, "let in again")


@admin.action(description="Move to trash", permissions=["delete"])
def move_to_trash(model_admin, request, queryset):
    act(model_admin, request, queryset, actions.trash_users, "moved to the trash")


@admin.action(description="Restore", permissions=["delete"])
def restore(model_admin, request, queryset):
    act(model_admin, request, queryset, actions.restore_users, "restored")


ALL = [activate, deactivate, suspend, unsuspend, move_to_trash, restore]
