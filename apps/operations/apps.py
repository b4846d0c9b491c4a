from django.apps import AppConfig
from django.db.models.signals import post_migrate


class OperationsConfig(AppConfig):
    name = "apps.operations"
    label = "operations"
    verbose_name = "Operations"
    sidebar_position = 40
    sidebar_models = ["schedule"]

    def ready(self):
        # Importing registers them.
        from apps.operations import history, panels  # noqa: F401
        from apps.operations.actions import write_schedules

        post_migrate.connect(write_schedules, sender=self, dispatch_uid="operations.schedules")
