"""The base of the admins of versioned models, whose edits are never lost."""

from apps.backoffice.admin import ModelAdmin


class VersionedAdmin(ModelAdmin):
    """For models with a `version` that every save makes one higher."""
