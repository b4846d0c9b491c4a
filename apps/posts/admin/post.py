from functools import partial

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.urls import path
from django.utils.html import format_html

from apps.backoffice.filters import ChoiceFilter, DateRangeFilter, RelatedFilter
from apps.backoffice.keyset import Order
from apps.backoffice.rows import Column, badge, number, when
from apps.backoffice.search import TextSearch
from apps.editing.admin import VersionedAdmin
from apps.posts import actions, views
from apps.posts.admin.columns import author_active_filter, person
from apps.posts.admin.sets import POST_ACTIONS
from apps.posts.forms import PostForm
from apps.posts.models import Post, PostSearch
from apps.posts.panels.post import status as status_panel
from apps.posts.rendering import rendered_content
from apps.posts.rights import may_change_post, may_choose_author
from apps.posts.wording import goes_with
from apps.posts.workflow import pressed_step

CREATED = Column("created_at", when)
# In the order of another time, the list shows that one.
TIMES = {
    "publish_at": Column("publish_at", when),
    "published_at": Column("published_at", when, label="Published"),
}


@admin.register(Post)
class PostAdmin(VersionedAdmin):
    form = PostForm
    keeps_form_class = True
    prepopulated_fields = {"slug": ["title"]}
    columns = [
        Column("title", link=True),
        Column("status", badge(Post.Status)),
        Column("author", person, fields=["author__name", "author__region"]),
        Column("category", fields=["category__name"]),
        Column("comment_count", number),
        CREATED,
    ]
    filters = [
        ChoiceFilter("status", Post.Status),
        RelatedFilter("author"),
        RelatedFilter("category"),
        RelatedFilter("tags", "tag"),
        DateRangeFilter("created_at", "created"),
        DateRangeFilter("published_at", "published"),
        author_active_filter(),
        ChoiceFilter("kind", Post.Kind),
    ]
    orders = {
        "": ["-created_at", "created_at", "title", "-title", "-comment_count", "comment_count"],
        "status": ["-created_at", "created_at"],
        "status=published": ["-published_at", "published_at"],
        "status=scheduled": ["publish_at", "-publish_at"],
        "author": ["-created_at", "created_at"],
        "author+status": ["-created_at", "created_at"],
        "category": ["-created_at", "created_at"],
        "kind=page": ["-created_at", "created_at"],
        "tags": [Order("-id", index="idx_posts_tags_tag_post")],
        "trash": ["-deleted_at"],
    }
    search = TextSearch(
        PostSearch, ["title", "content"], {"author": "~u", "category": "~k"}, "Words, or id:123"
    )
    actions = POST_ACTIONS
    export_fields = [
        "id", "title", "slug", "status", "kind", "author__name", "category__name",
        "comment_count", "created_at", "published_at",
    ]  # fmt: skip
    # It belongs to the status, which moves by steps.
    not_restored = ["publish_at"]

    def get_columns(self, request, order):
        shown = TIMES.get(order.column, CREATED)
        return [shown if column is CREATED else column for column in self.columns]

    # Who may do what

    def has_change_permission(self, request, obj=None):
        if obj is not None and obj.deleted_at:
            return False
        return may_change_post(request.user, obj)

    def has_publish_permission(self, request):
        return request.user.has_perm("posts.publish_post")

    # The page of a post

    def get_urls(self):
        preview = self.admin_site.admin_view(views.preview)
        return [path("preview/", preview, name="posts_post_preview"), *super().get_urls()]

    def page_rows(self, rows):
        return rows.with_author()

    def get_fieldsets(self, request, obj=None):
        is_open = obj is None or self.has_change_permission(request, obj)
        content = "content" if is_open else "rendered_content"
        about = [("category", "tags")]
        if not is_open or may_choose_author(request.user):
            about += [("author", "kind")]
        return [
            (None, {"fields": ["title", "slug"]}),
            (None, {"fields": [content]}),
            (None, {"fields": about}),
        ]

    def get_form(self, request, obj=None, change=False, **kwargs):
        return partial(super().get_form(request, obj, change=change, **kwargs), user=request.user)

    def get_changeform_initial_data(self, request):
        return {"author": request.user.pk, **super().get_changeform_initial_data(request)}

    @admin.display(description="Content")
    def rendered_content(self, post):
        html = rendered_content(post.pk, post.version) or ""
        return format_html('<div class="prose">{}</div>', html)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """The status with its steps is part of the form, so it is made from it."""
        response = super().render_change_form(request, context, add, change, form_url, obj)
        form = context["adminform"].form
        status = status_panel(request, form, obj)
        response.context_data["panels"] = [status, *response.context_data["panels"]]
        response.context_data["has_side"] = True
        return response

    # Saving

    def button_pressed(self, data):
        step = pressed_step(data)
        return step.label.removeprefix("Save and ") if step else ""

    def save_model(self, request, obj, form, change):
        publish_at, step = form.scheduled_for, form.step
        typed = obj.slug
        if not change:
            tags = form.cleaned_data["tags"]
            actions.create_post(obj, by=request.user, tags=tags, step=step, publish_at=publish_at)
        elif form.changed_fields or "tags" in form.changed_data or step:
            actions.write_post(
                obj,
                by=request.user,
                fields=form.changed_fields,
                tags=form.cleaned_data["tags"] if "tags" in form.changed_data else None,
                step=step,
                publish_at=publish_at,
            )
        if typed and obj.slug != typed:
            text = f"Another post took the slug “{typed}” meanwhile; this one has “{obj.slug}”."
            self.message_user(request, text, messages.WARNING)

    def save_related(self, request, form, formsets, change):
        """The tags were saved with the post, under its version."""

    def response_add(self, request, obj, post_url_continue=None):
        return self._after_step(request, obj) or super().response_add(
            request, obj, post_url_continue
        )

    def response_change(self, request, obj):
        return self._after_step(request, obj) or super().response_change(request, obj)

    def _after_step(self, request, obj):
        """Says which step was taken; back to the list, as after Save."""
        step = pressed_step(request.POST)
        if step is None or IS_POPUP_VAR in request.POST:
            return None
        self.message_user(request, f"“{obj}” was {step.done}.", messages.SUCCESS)
        return self.response_post_save_change(request, obj)

    # The trash

    def goes_with(self, obj):
        return goes_with(obj)

    def kept_by(self, obj):
        return ["It is in the trash already."] if obj.deleted_at else []

    def move_to_trash(self, request, obj):
        actions.move_post_to_trash(obj, by=request.user)

    def restore(self, request, obj):
        # The set action: a second click finds it restored already, which is no error.
        actions.restore_posts(Post.objects.filter(pk=obj.pk), by=request.user)
