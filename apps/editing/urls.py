from django.contrib import admin
from django.urls import path

from apps.editing import views

app_name = "editing"
urlpatterns = [
    path("presence/", admin.site.admin_view(views.heartbeat), name="presence"),
]
