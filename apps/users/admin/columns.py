"""What the list of users shows and filters by."""

from datetime import datetime

from django.utils import timezone

from apps.backoffice.caching import cached
from apps.backoffice.filters import ChoiceFilter, InvalidFilter
from apps.users.models import User


def standing_badge(is_active: bool, is_staff: bool, suspended_until: datetime | None) -> str:
    """The first of these that is so: switched off, suspended, staff."""
    if not is_active:
        return '<span class="badge archived">Inactive</span>'
    if suspended_until is not None and suspended_until > timezone.now():
        return '<span class="badge warning">Suspended</span>'
    if is_staff:
        return '<span class="badge scheduled">Staff</span>'
    return '<span class="badge published">Active</span>'


def address_badge(email_verified: bool) -> str:
    if email_verified:
        return '<span class="badge approved">Verified</span>'
    return '<span class="badge">Unverified</span>'


class RegionFilter(ChoiceFilter):
    """The regions there are. One that is not among those offered may still be asked for."""

    def __init__(self, name: str):
        super().__init__(name, [])

    def read(self, params, model_admin):
        self.labels = {region: region for region in known_regions()}
        value = params.get(self.name)
        if value is not None and len(value) > model_admin.opts.get_field(self.name).max_length:
            raise InvalidFilter(f"There is no region “{value[:40]}”.")
        return value

    def in_words(self, value, model):
        return value


@cached(expire_seconds=300, key_prefix="regions")
def known_regions() -> list[str]:
    return User.objects.regions()
