from django.apps import AppConfig


class DatabaseConfig(AppConfig):
    name = "apps.database"
    label = "database"
    verbose_name = "Database"
    sidebar_position = 50

    def ready(self):
        # Importing registers them.
        from . import checks  # noqa: F401
