from apps.backoffice import panels
from apps.posts import actions
from apps.posts.forms import FirstPostForm
from apps.posts.models import Post
from apps.posts.panels.parts import changelist, render

POSTS_SHOWN = 5


@panels.beside("users.user", order=30)
def posts_of_user(request, user):
    if not request.user.has_perm("posts.view_post"):
        return None
    newest = Post.objects.live().filter(author=user).newest_first()
    posts = list(newest.values("pk", "title", "status", "created_at")[:POSTS_SHOWN])
    for post in posts:
        post["status_label"] = Post.Status(post["status"]).label
    return panels.Panel(
        key="posts",
        title="Latest posts",
        link=("All posts", changelist("post", author=user.pk)) if posts else None,
        body=render("posts_of_user", posts=posts) if posts else "",
        empty="No posts yet.",
    )


@panels.on_add("users.user")
class FirstPost(panels.FormPanel):
    """A draft by the new user, saved with him or not at all."""

    key, title, form_class = "first-post", "First post", FirstPostForm

    def is_offered(self, request):
        # Only who may name an author may write in somebody else's name.
        return request.user.has_perm("posts.add_post") and request.user.has_perm(
            "posts.change_post"
        )

    def save(self, request, form, user):
        post = Post(author=user, **form.cleaned_data)
        actions.create_post(post, by=request.user)
