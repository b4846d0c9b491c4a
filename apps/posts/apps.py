from django.apps import AppConfig


class PostsConfig(AppConfig):
    name = "apps.posts"
    label = "posts"
    verbose_name = "Content"
    sidebar_position = 10
    sidebar_models = ["post", "comment", "category", "tag"]

    def ready(self):
        from apps.posts import history, panels, tasks  # noqa: F401  Importing registers them.
