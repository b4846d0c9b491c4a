from django.apps import apps
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/editing/", include("apps.editing.urls")),
    # Before the reports, whose addresses take any name.
    path("admin/reports/migrations/", include("apps.monitoring.urls")),
    path("admin/reports/", include("apps.reports.urls")),
    path("admin/", admin.site.urls),
]

if apps.is_installed("debug_toolbar"):
    urlpatterns += [path("__debug__/", include("debug_toolbar.urls"))]

handler400 = "apps.backoffice.errors.bad_request"
# A failure outside the views: 503 when it was the database, else 500.
handler500 = "apps.backoffice.unavailable.server_error"
