from django.urls import path

from benchmarks.stock.admin import site

urlpatterns = [path("admin/", site.urls)]
