from apps.posts.admin.category import CategoryAdmin
from apps.posts.admin.comment import CommentAdmin
from apps.posts.admin.post import PostAdmin
from apps.posts.admin.tag import TagAdmin

__all__ = ["CategoryAdmin", "CommentAdmin", "PostAdmin", "TagAdmin"]
