"""A laptop: nothing set, nothing running. Also what `make run` serves, with DEBUG off."""

from . import environment
from .base import *
from .secret_key import kept_in

SECRET_KEY = SECRET_KEY or kept_in(environment.BASE_DIR / "var" / "secret_key")

# Static files straight from their folders, so there is nothing to collect.
WHITENOISE_USE_FINDERS = True
STATIC_ROOT = None
