"""What must be true of our migrations before anybody runs them."""

from django.conf import settings
from django.core import checks
from django.db.migrations.loader import MigrationLoader


# For CI, not for every command: it takes all tables for full, where `migrate` looks.
@checks.register("migrations", deploy=True)
def migrations_stop_nobody(app_configs, **kwargs) -> list[checks.CheckMessage]:
    # Not before it is asked: a process that serves pages needs none of the lint.
    from .linting import refusals_of_ours

    return [
        checks.Error(str(refusal), obj=str(refusal.migration), id="database.E001")
        for refusal in refusals_of_ours()
    ]


@checks.register("migrations", deploy=True)
def allowed_migrations_exist(app_configs, **kwargs) -> list[checks.CheckMessage]:
    """A name that nothing has is a typing error, or the rest of a package that is gone."""
    names = {".".join(node) for node in MigrationLoader(None).disk_migrations}
    return [
        checks.Error(f"MIGRATIONS_ALLOWED names {name}, which is no migration.", id="database.E002")
        for name in getattr(settings, "MIGRATIONS_ALLOWED", {})
        if name not in names
    ]
