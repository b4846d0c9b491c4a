"""What several panels are made of."""

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode

from apps.backoffice import panels
from apps.posts.wording import posts_of_author
from apps.users.cards import user_card


def changelist(model: str, **filters) -> str:
    return f"{reverse(f'admin:posts_{model}_changelist')}?{urlencode(filters)}"


def render(name: str, **context) -> str:
    return render_to_string(f"posts/_{name}.html", context)


def badge_of(instance) -> tuple[str, str]:
    return instance.get_status_display(), instance.status


def person_panel(request, key: str, title: str, user_id: int) -> panels.Panel:
    """Somebody's card, from the cache."""
    card = user_card(user_id)
    may_open = request.user.has_perm("users.view_user")
    link = reverse("admin:users_user_change", args=[user_id]) if may_open else ""
    posts = posts_of_author(user_id)
    return panels.Panel(
        key=key,
        title=title,
        link=("All posts", changelist("post", author=user_id)),
        body=render("person", card=card, link=link, posts=posts, may_see_email=may_open),
    )
