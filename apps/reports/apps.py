from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "apps.reports"
    label = "reports"
    verbose_name = "Reports"
    sidebar_position = 0

    def ready(self):
        # Importing registers them.
        from apps.reports import catalogue, panels, sidebar, tasks  # noqa: F401
        from apps.reports.rollups import marks  # noqa: F401

        catalogue.load()
