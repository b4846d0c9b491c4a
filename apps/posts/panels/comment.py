from apps.backoffice import panels
from apps.posts.forms import DECISIONS
from apps.posts.panels.parts import badge_of, person_panel, render


@panels.beside("posts.comment", order=10)
def moderation(request, comment):
    decisions = [
        (name, label)
        for (name, decided), label in zip(
            DECISIONS.items(), ("Approve", "Mark as spam", "Remove"), strict=True
        )
        if decided != comment.status and comment.deleted_at is None
    ]
    may_moderate = request.user.has_perm("posts.moderate_comment")
    return panels.Panel(
        key="moderation",
        title="Status",
        badge=("In the trash", "archived") if comment.deleted_at else badge_of(comment),
        body=render(
            "moderation",
            comment=comment,
            decisions=decisions if may_moderate else [],
        ),
    )


@panels.beside("posts.comment", order=20)
def author_of_comment(request, comment):
    if comment.author_id is None:
        return None
    return person_panel(request, "author", "Author", comment.author_id)
