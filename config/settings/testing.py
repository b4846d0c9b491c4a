"""Reads no `.env` and no store's address: tests/conftest.py starts the stores and fills them in."""

import os

from . import environment

environment.fixed = {"SECRET_KEY": "only-for-tests-" * 4}

from .base import *
from .stores import for_reports, postgresql, redis

LEG = os.environ.get("TEST_LEG", "sqlite")
REDIS_CACHE = redis("")
if LEG == "postgresql":
    # No pool: it is per process, and sixty-four threads of a race want sixty-four connections.
    bare = environment.Environment({"DB_POOL_SIZE": "0"})
    nowhere = {"NAME": "copydesk", "USER": "copydesk", "PASSWORD": "", "HOST": "127.0.0.1"}
    nowhere |= {"PORT": "", "ENGINE": ""}
    DATABASES = {"default": postgresql(nowhere, bare), "reports": for_reports(nowhere, bare)}
# One database behind two aliases: nothing is flushed, migrated or counted twice.
DATABASES["reports"]["TEST"] = {"MIRROR": "default"}
# A second connection sees nothing of a test that is rolled back; one test sets the real alias.
REPORTS_ALIAS = "default"

# Finds queries repeated in a loop during a request. Without the app it finds nothing, silently.
INSTALLED_APPS += ["zeal"]
MIDDLEWARE.insert(0, "zeal.middleware.zeal_middleware")
# `get_or_create` looks a second time where another was faster: no loop, but a race that was lost.
ZEAL_ALLOWLIST = [{"model": "editing.PendingEdit", "field": "get()"}]

LAZY_LOADS_RAISE = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# A test's client makes the middleware anew: files are looked for when asked for, or the list of
# all of them is made for each test, a fifth of what a test of a page takes.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
STATIC_ROOT = None
# A test reads the log through caplog; nobody reads a line per request.
LOGGING["loggers"]["django_structlog"] = {"level": "WARNING"}
