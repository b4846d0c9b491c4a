from django.contrib import admin
from django.db.models.functions import Lower

from apps.backoffice.keyset import Order
from apps.backoffice.rows import Column, number
from apps.database.expressions import Bytewise
from apps.posts.admin.topics import TopicAdmin
from apps.posts.models import Category, Post

BY_NAME = Bytewise(Lower("name"))


@admin.register(Category)
class CategoryAdmin(TopicAdmin):
    columns = [Column("name", link=True), Column("slug"), Column("position", number)]
    orders = {"": ["position", "-position", Order("name", BY_NAME), Order("-name", BY_NAME)]}
    fields = ["name", "slug", "position"]

    def posts_of(self, obj):
        return Post.objects.filter(category=obj)
