"""A post's content as HTML, rendered once per version."""

from django.utils.safestring import SafeString

from apps.backoffice.caching import cached
from apps.posts.markdown import render
from apps.posts.models import Post


@cached(expire_seconds=86_400, key_prefix="markdown")
def rendered_content(post_id: int, version: int) -> SafeString | None:
    """Safe HTML; None if the post has no such version any more.

    Never dropped: what changes the content makes a new version, and so another key.
    """
    content = Post.objects.filter(pk=post_id, version=version).values_list("content", flat=True)
    return next((render(text) for text in content), None)
