from django.contrib import admin
from django.db.models.functions import Lower

from apps.backoffice.keyset import Order
from apps.backoffice.rows import Column
from apps.database.expressions import Bytewise
from apps.posts.admin.topics import TopicAdmin
from apps.posts.models import Post, Tag

BY_NAME = Bytewise(Lower("name"))


@admin.register(Tag)
class TagAdmin(TopicAdmin):
    columns = [Column("name", link=True), Column("slug")]
    orders = {"": [Order("name", BY_NAME), Order("-name", BY_NAME)]}
    fields = ["name", "slug"]

    def posts_of(self, obj):
        """Rows of the table between, which has no title to load."""
        return Post.tags.through.objects.filter(tag=obj)
