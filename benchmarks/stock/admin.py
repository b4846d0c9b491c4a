"""The documented good practice for large tables: no full count, no lists of all related rows, the
author joined, the text left out of lists. No other paginator, template or row renderer."""

from django.contrib.admin import AdminSite, ModelAdmin

from apps.posts.models import Category, Post, Tag
from apps.users.models import User

site = AdminSite()


class PostAdmin(ModelAdmin):
    list_display = ("title", "status", "author", "category", "comment_count", "created_at")
    list_filter = ("status", "category", "kind")
    list_select_related = ("author", "category")
    search_fields = ("title", "content")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
    show_full_result_count = False
    autocomplete_fields = ("author", "tags")
    fields = (
        "title",
        "slug",
        "content",
        "author",
        "category",
        "tags",
        "kind",
        "status",
        "publish_at",
    )

    def get_queryset(self, request):
        posts = super().get_queryset(request).filter(deleted_at__isnull=True)
        is_list = request.resolver_match.url_name == "posts_post_changelist"
        return posts.defer("content") if is_list else posts


class NamedAdmin(ModelAdmin):
    search_fields = ("name",)
    ordering = ("name", "id")


for model in (User, Tag, Category):
    site.register(model, NamedAdmin)
site.register(Post, PostAdmin)
