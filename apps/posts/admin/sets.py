"""What may be done with a selection: each calls one set action and says what came of it."""

from collections.abc import Callable

from django.contrib import admin, messages

from apps.posts import actions


def set_action(
    name: str, label: str, done: str, write: Callable, *, permission: str
) -> Callable[..., None]:
    """An action of the list, with the right it needs: without one every viewer could run it."""

    def run(model_admin, request, queryset):
        report(model_admin, request, write(queryset, by=request.user), done)

    run.__name__ = name
    return admin.action(description=label, permissions=[permission])(run)


def report(model_admin, request, changed: int, done: str) -> None:
    left = len(set(request.POST.getlist("_selected_action"))) - changed
    names = model_admin.opts.verbose_name, model_admin.opts.verbose_name_plural
    text = f"{changed:,} {names[changed != 1]} {'was' if changed == 1 else 'were'} {done}."
    if left > 0:
        text += f" {left:,} stayed as {'it was' if left == 1 else 'they were'}."
    model_admin.message_user(request, text, messages.SUCCESS if changed else messages.WARNING)


POST_ACTIONS = [
    set_action("publish", "Publish", "published", actions.publish_posts, permission="publish"),
    set_action(
        "submit", "Submit for review", "submitted", actions.submit_posts, permission="change"
    ),
    set_action(
        "return_to_draft",
        "Return to draft",
        "returned to draft",
        actions.return_posts_to_draft,
        permission="publish",
    ),
    set_action("archive", "Archive", "archived", actions.archive_posts, permission="publish"),
    set_action(
        "move_to_trash",
        "Move to trash",
        "moved to the trash",
        actions.move_posts_to_trash,
        permission="delete",
    ),
    set_action(
        "restore",
        "Restore",
        "restored from the trash",
        actions.restore_posts,
        permission="delete",
    ),
]
COMMENT_ACTIONS = [
    set_action("approve", "Approve", "approved", actions.approve_comments, permission="moderate"),
    set_action(
        "mark_as_spam",
        "Mark as spam",
        "marked as spam",
        actions.mark_comments_as_spam,
        permission="moderate",
    ),
    set_action("remove", "Remove", "removed", actions.remove_comments, permission="moderate"),
    set_action(
        "move_to_trash",
        "Move to trash",
        "moved to the trash",
        actions.move_comments_to_trash,
        permission="delete",
    ),
    set_action(
        "restore",
        "Restore",
        "restored from the trash",
        actions.restore_comments,
        permission="delete",
    ),
]
