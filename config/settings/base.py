"""What every settings module begins with: safe for production, needing nothing."""

import logging

from . import environment
from .environment import BASE_DIR
from .logs import logging_for
from .stores import caches, databases

env = environment.current()

DEBUG = env("DEBUG")
SECRET_KEY = env("SECRET_KEY")
ALLOWED_HOSTS = env("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env("CSRF_TRUSTED_ORIGINS")
RELEASE = env("RELEASE")
MONGODB_URL = env("MONGODB_URL")

INSTALLED_APPS = [
    # First: its `migrate` and `makemigrations` stand before Django's.
    "apps.database",
    "apps.backoffice",
    "apps.backoffice.admin_config.AdminConfig",
    "apps.activity",
    "apps.editing",
    "apps.operations",
    "apps.users",
    "apps.posts",
    "apps.reports",
    "apps.monitoring",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    # Lets FORM_RENDERER find the widgets' templates among ours.
    "django.forms",
    # Which migrations come before the deploy, and which after it.
    "syzygy",
    "csp",
    "django_structlog",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    # Before the host is checked: a probe calls by address, which ALLOWED_HOSTS cannot know.
    "apps.monitoring.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "apps.backoffice.policy.PolicyMiddleware",
    "apps.monitoring.request_log.RequestMiddleware",
    # Before anything reads the body.
    "apps.backoffice.errors.RequestSizeMiddleware",
    "apps.backoffice.encodings.Utf8Middleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "apps.users.middleware.AuthenticationMiddleware",
    "apps.editing.middleware.KeepEditsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Last, so first to see what a view raises.
    "apps.backoffice.unavailable.UnavailableMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = databases(env)
# Where reports read; `replica` is asked first if there is one.
REPORTS_ALIAS = "reports"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Migrations that `migrate` lets through although they keep somebody waiting on tables with rows,
# each with the reason: those of packages, and what is older than the lint.
MIGRATIONS_ALLOWED = {
    "posts.0002_search": "Of the first release: the tables were new wherever it ran.",
    "posts.0003_tagged_posts_index": "Of the first release: the table was new wherever it ran.",
}
CACHES = caches(env)
# Each has a cache of its own where none is shared; other machines are not counted.
PROCESSES = env("WEB_CONCURRENCY")

AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = ["apps.users.backends.AccountBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# A query while a list renders: raised in development and tests, counted in production.
LAZY_LOADS_RAISE = False
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

# In the database: an outage of Redis can neither lose a session nor revive an ended one.
SESSION_ENGINE = "apps.users.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "apps.editing.views.refused.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "form-action": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    },
}

# Django's 2.5 MB would drop a long article with a bare 400.
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024

# What is enqueued lies in the database, for `manage.py worker`.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
WORKER_THREAD = env("WORKER_THREAD")

FORM_RENDERER = "apps.backoffice.forms.FormRenderer"

USE_I18N = False
USE_TZ = True
TIME_ZONE = env("TIME_ZONE")
LANGUAGE_CODE = "en-us"
# 18 Nov 2026, 16:41 in place of Nov. 18, 2026, 4:41 p.m.
FORMAT_MODULE_PATH = "config.formats"

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]

vars().update(env("EMAIL_URL"))

LOGGING = logging_for(env, default_format="console")
# One line a request, when it is done.
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
BEHIND_PROXY = env("BEHIND_PROXY")
# An id from outside is a proxy's or a forger's.
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = BEHIND_PROXY
