"""The posts of one tag, newest first: Django's own indexes of the table hold one column each."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("posts", "0002_search")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX idx_posts_tags_tag_post ON posts_tags (tag_id, post_id)",
            "DROP INDEX idx_posts_tags_tag_post",
        ),
    ]
