"""Who may do what with posts and comments, as conditions that the database can test too.

Editors hold `change_post` and `publish_post`. Writers hold `change_own_post`: their own posts
while draft or in review. Everybody who may see posts sees all of them: "only one's own" as a
filter of every list would need an index per order and author, and hides nothing that a
newsroom keeps from itself.
"""

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q

from apps.posts.models import Post

OWN_STATUSES = (Post.Status.DRAFT, Post.Status.REVIEW)


def may_change_post(user: AbstractBaseUser, post: Post | None = None) -> bool:
    """Without a post: whether there can be any."""
    if user.has_perm("posts.change_post"):
        return True
    if not user.has_perm("posts.change_own_post"):
        return False
    return post is None or (post.author_id == user.pk and post.status in OWN_STATUSES)


def changeable_posts(user: AbstractBaseUser) -> Q:
    """The posts that `user` may change, for the WHERE of the statement that changes them.

    Raises PermissionDenied if there can be none.
    """
    if user.has_perm("posts.change_post"):
        return Q()
    require(user, "posts.change_own_post")
    return Q(author=user.pk, status__in=OWN_STATUSES)


def may_choose_author(user: AbstractBaseUser) -> bool:
    return user.has_perm("posts.change_post")


def require(user: AbstractBaseUser, permission: str) -> None:
    if not user.has_perm(permission):
        raise PermissionDenied
