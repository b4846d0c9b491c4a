from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "apps.reports"
    label = "reports"
    verbose_name = "Reports"
    sidebar_position = 0

    def ready(self):
        from apps.reports import catalogue, panels, sidebar  # noqa: F401  Importing registers it.

        catalogue.load()
