"""A laptop: nothing set, nothing running. Also what `make run` serves, with DEBUG off."""

from . import environment
from .base import *
from .secret_key import kept_in

SECRET_KEY = SECRET_KEY or kept_in(environment.BASE_DIR / "var" / "secret_key")

LAZY_LOADS_RAISE = True

# Static files straight from their folders, so there is nothing to collect.
WHITENOISE_USE_FINDERS = True
STATIC_ROOT = None

if DEBUG:
    INSTALLED_APPS += ["debug_toolbar", "django_extensions"]
    # Behind the policy's middleware: the toolbar asks for its nonce before the header is written.
    MIDDLEWARE.insert(
        MIDDLEWARE.index("apps.backoffice.policy.PolicyMiddleware") + 1,
        "debug_toolbar.middleware.DebugToolbarMiddleware",
    )
    INTERNAL_IPS = ["127.0.0.1", "::1"]
    DEBUG_TOOLBAR_CONFIG = {
        # Shut: an open toolbar covers the filters. Panels are fetched when opened.
        "SHOW_COLLAPSED": True,
        "RENDER_PANELS": False,
    }

# Accounts whose password is printed in the README.
DEMO_STAFF_ALLOWED = True
