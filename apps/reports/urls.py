from django.contrib import admin
from django.urls import path

from apps.reports import views

app_name = "reports"
urlpatterns = [
    path("", admin.site.admin_view(views.index), name="index"),
    path("<slug:slug>/", admin.site.admin_view(views.report), name="report"),
]
