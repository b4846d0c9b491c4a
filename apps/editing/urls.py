from django.contrib import admin
from django.urls import path

from apps.editing.views.pending import all_pending, pending
from apps.editing.views.presence import heartbeat

app_name = "editing"
urlpatterns = [
    path("pending/", admin.site.admin_view(all_pending), name="all"),
    path("pending/<int:pk>/", admin.site.admin_view(pending), name="pending"),
    path("presence/", admin.site.admin_view(heartbeat), name="presence"),
]
