"""Reads no `.env` and no store's address: tests/stores.py starts the stores and fills them in."""

import os

from . import environment

environment.fixed = {"SECRET_KEY": "only-for-tests-" * 4}

from .base import *
from .stores import postgresql

LEG = os.environ.get("TEST_LEG", "sqlite")
if LEG == "postgresql":
    # No pool: it is per process, and sixty-four threads of a race want sixty-four connections.
    bare = environment.Environment({"DB_POOL_SIZE": "0"})
    DATABASES = {
        "default": postgresql(
            {
                "NAME": "copydesk",
                "USER": "copydesk",
                "PASSWORD": "",
                "HOST": "127.0.0.1",
                "PORT": "",
            },
            bare,
        )
    }

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
