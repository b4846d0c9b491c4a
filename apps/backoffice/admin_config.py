"""The admin's AppConfig stands alone: two in one apps.py would need `default = False`."""

from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AdminConfig(DjangoAdminConfig):
    default_site = "apps.backoffice.sites.AdminSite"
