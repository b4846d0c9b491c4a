from django.apps import AppConfig


class EditingConfig(AppConfig):
    name = "apps.editing"
    label = "editing"
    verbose_name = "Editing"

    def ready(self):
        from apps.editing import panels, tasks  # noqa: F401  Importing registers them.
