"""A browser's part in a test: what a form posts beside what the test types into it."""

import re

from django.apps import apps
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.test.client import MULTIPART_CONTENT

from apps.editing.opened import NAME, Opened

FORM = re.compile(r"^/admin/(\w+)/(\w+)/(?:(\d+)/(?:change|delete|restore)|add)/$")


class StaffClient(Client):
    """Posts forms as if they had been opened this moment, unless the data says when."""

    def post(self, path, data=None, content_type=MULTIPART_CONTENT, **extra):
        is_form = content_type == MULTIPART_CONTENT and NAME not in (data or {})
        if is_form and (opened := self.opened(path)):
            data = {**(data or {}), NAME: opened.signed()}
        return super().post(path, data, content_type, **extra)

    def opened(self, path: str) -> Opened | None:
        """What the form at this address says when it is opened now; None if there is none."""
        match = FORM.match(path.partition("?")[0])
        user_id = int(self.session.get(SESSION_KEY, 0)) if match else 0
        if not user_id:
            return None
        try:
            model = apps.get_model(match[1], match[2])
        except LookupError:
            return None
        obj = model._base_manager.filter(pk=match[3]).first() if match[3] else None
        if not hasattr(model, "version") or (match[3] and obj is None):
            return None
        return Opened.now(user_id, model._meta.label_lower, obj)
