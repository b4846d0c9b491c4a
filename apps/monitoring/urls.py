from django.contrib import admin
from django.urls import path

from apps.monitoring import views

app_name = "monitoring"
urlpatterns = [
    path("", admin.site.admin_view(views.migrations), name="migrations"),
    path("now/", admin.site.admin_view(views.migrations_now), name="migrations_now"),
    path("backfills/", admin.site.admin_view(views.hold_backfills), name="backfills"),
]
