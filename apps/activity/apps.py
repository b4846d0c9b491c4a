from django.apps import AppConfig


class ActivityConfig(AppConfig):
    name = "apps.activity"
    label = "activity"
    verbose_name = "Activity"
    sidebar_position = 30

    def ready(self):
        from apps.activity import checks, downloads, panels  # noqa: F401  Importing registers them.
