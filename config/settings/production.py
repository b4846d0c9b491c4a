"""Behind TLS, from the environment; refuses to start without SECRET_KEY."""

from .base import *

env.require("SECRET_KEY")
if DEBUG:
    environment.refuse(environment.SETTINGS["DEBUG"], "must be off in production")
if WORKER_THREAD:
    environment.refuse(
        environment.SETTINGS["WORKER_THREAD"],
        "must be off in production, where `manage.py worker` is a process of its own",
    )

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "apps.backoffice.static_files.ManifestStorage"},
}

HTTPS = env("HTTPS")
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
if HTTPS:
    # The prefix makes browsers refuse a cookie that a neighbouring host tries to plant.
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# W005 and W021 ask to bind every host of the domain, and browsers' lists for ever: the owner of the
# domain decides that, not one of its hosts.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

LOGGING = logging_for(env, default_format="json")
