from functools import partial

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR

from apps.backoffice.filters import ChoiceFilter, DateRangeFilter, RelatedFilter
from apps.backoffice.rows import Column, badge, when
from apps.backoffice.search import TextSearch
from apps.editing.admin import VersionedAdmin
from apps.posts import actions
from apps.posts.admin.columns import beginning, commenter, post_title
from apps.posts.admin.sets import COMMENT_ACTIONS
from apps.posts.forms import CommentForm, pressed_decision
from apps.posts.models import Comment, CommentSearch

DECIDED = {
    Comment.Status.APPROVED: "Approve",
    Comment.Status.SPAM: "Mark as spam",
    Comment.Status.REMOVED: "Remove",
}


@admin.register(Comment)
class CommentAdmin(VersionedAdmin):
    form = CommentForm
    keeps_form_class = True
    autocomplete_fields = ["post"]
    columns = [
        Column("body", beginning, label="Comment", link=True),
        Column("status", badge(Comment.Status)),
        Column("author", commenter, fields=["author__name", "author_name"]),
        Column("post", post_title, fields=["post__title", "post__deleted_at"]),
        Column("created_at", when),
    ]
    filters = [
        ChoiceFilter("status", Comment.Status),
        RelatedFilter("author"),
        RelatedFilter("post", shown_by="title"),
        DateRangeFilter("created_at", "created"),
    ]
    orders = {
        "": ["-created_at", "created_at"],
        # The narrowest first: of two that are set, the first is walked and the other looked up.
        "post": ["-created_at", "created_at"],
        "author": ["-created_at", "created_at"],
        "status": ["-created_at", "created_at"],
        "trash": ["-deleted_at"],
    }
    search = TextSearch(CommentSearch, ["body"], {"author": "~u", "post": "~p"})
    actions = COMMENT_ACTIONS
    export_fields = [
        "id", "post__title", "author__name", "author_name", "author_email", "body", "status",
        "created_at",
    ]  # fmt: skip
    export_needs = {"author_email": "users.export_emails"}

    # Who may do what

    def has_change_permission(self, request, obj=None):
        if obj is not None and obj.deleted_at:
            return False
        return super().has_change_permission(request, obj)

    def has_moderate_permission(self, request):
        return request.user.has_perm("posts.moderate_comment")

    # The page of a comment

    def page_rows(self, rows):
        """Of the post only its name."""
        return rows.with_author().select_related("moderated_by").defer("post__content")

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            return [(None, {"fields": ["post", "body"]})]
        who = ["author"] if obj.author_id else ["author_name", "author_email"]
        return [
            (None, {"fields": ["body"]}),
            ("From", {"fields": [*who, "created_at"]}),
            ("Moderation", {"fields": ["post", "status", "moderated_by", "moderated_at"]}),
        ]

    def get_readonly_fields(self, request, obj=None):
        if obj is None:
            return []
        return ["author", "created_at", "post", "status", "moderated_by", "moderated_at"]

    def get_form(self, request, obj=None, change=False, **kwargs):
        return partial(super().get_form(request, obj, change=change, **kwargs), user=request.user)

    # Saving

    def button_pressed(self, data):
        decision = pressed_decision(data)
        return DECIDED[decision] if decision else ""

    def save_model(self, request, obj, form, change):
        if not change:
            actions.add_comment(obj, by=request.user)
        elif form.changed_data or form.new_status:
            actions.save_comment(
                obj, by=request.user, fields=form.changed_data, status=form.new_status
            )

    def save_related(self, request, form, formsets, change):
        """A comment has none."""

    def response_change(self, request, obj):
        decision = pressed_decision(request.POST)
        if decision is None or IS_POPUP_VAR in request.POST:
            return super().response_change(request, obj)
        text = f"The comment is {obj.get_status_display().lower()} now."
        self.message_user(request, text, messages.SUCCESS)
        return self.response_post_save_change(request, obj)

    # The trash

    def kept_by(self, obj):
        return ["It is in the trash already."] if obj.deleted_at else []

    def move_to_trash(self, request, obj):
        actions.move_comment_to_trash(obj, by=request.user)

    def restore(self, request, obj):
        # The set action: a second click finds it restored already, which is no error.
        actions.restore_comments(Comment.objects.filter(pk=obj.pk), by=request.user)
