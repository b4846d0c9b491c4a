import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")

application = get_wsgi_application()

# Here, where every server comes by after its last fork and no command does.
if settings.WORKER_THREAD:
    from apps.operations import thread

    thread.start()
