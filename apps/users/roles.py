"""The roles of the staff: permission names as data, written as groups after every `migrate`.

Groups made in a migration would have no permissions on a fresh database, where permissions
come after the last migration, and would be gone after a flush. Groups that staff made are
left alone; a role's own are put right, so the table below is the truth.
"""

from collections.abc import Iterable

from django.apps import apps as global_apps
from django.contrib.auth.management import create_permissions
from django.db import DEFAULT_DB_ALIAS

EVERYTHING = "*"


def rights_on(model: str, verbs: str = "view add change delete") -> list[str]:
    app_label, _, name = model.partition(".")
    return [f"{app_label}.{verb}_{name}" for verb in verbs.split()]


READ_CONTENT = [
    *rights_on("posts.post", "view"),
    *rights_on("posts.comment", "view"),
    *rights_on("posts.category", "view"),
    *rights_on("posts.tag", "view"),
]
EDITORS_REPORTS = ["reports.view_publishing", "reports.view_people"]
READ_PEOPLE = [*rights_on("users.user", "view"), *rights_on("users.profile", "view")]

ROLES: dict[str, list[str]] = {
    "Admin": [EVERYTHING],
    "Editor": [
        *READ_PEOPLE,
        *rights_on("posts.post"),
        *rights_on("posts.comment"),
        *rights_on("posts.category"),
        *rights_on("posts.tag"),
        "posts.publish_post",
        "posts.import_post",
        "posts.moderate_comment",
        "users.export_emails",
        *EDITORS_REPORTS,
        "reports.download_report",
    ],
    # Sees every post; which are his own, and which of them still open, is asked of each.
    "Writer": [
        *rights_on("posts.post", "view add"),
        "posts.change_own_post",
        *rights_on("posts.category", "view"),
        *rights_on("posts.tag", "view"),
    ],
    "Moderator": [
        *READ_PEOPLE,
        *READ_CONTENT,
        *rights_on("posts.comment", "change delete"),
        "posts.moderate_comment",
        "users.suspend_user",
        "reports.view_conversation",
    ],
    "Analyst": [
        *READ_PEOPLE,
        *READ_CONTENT,
        *EDITORS_REPORTS,
        "reports.view_conversation",
        "reports.view_staff",
        "reports.download_report",
    ],
    # Pages of the database, long work and switches are added to it where they are made.
    "Operator": [
        *rights_on("operations.schedule", "view"),
        "operations.run_schedule",
        "database.pause_backfill",
        "reports.view_database",
    ],
}


def is_role(name: str) -> bool:
    return name in ROLES


def write_roles(
    *, apps=global_apps, using: str = DEFAULT_DB_ALIAS, verbosity: int = 1, **kwargs
) -> None:
    """Make the groups of ROLES hold exactly what it says; receiver of `post_migrate`.

    The signal comes app by app, and for `users` before the permissions of later
    apps exist, so they are all made first. A name that is not there yet, in the
    middle of a partial `migrate`, is left for the next run.
    """
    for config in global_apps.get_app_configs():
        create_permissions(config, verbosity=verbosity, using=using, apps=apps)
    try:
        group_model = apps.get_model("auth", "Group")
    except LookupError:
        return
    groups = group_model.objects.using(using)
    groups.bulk_create([group_model(name=name) for name in ROLES], ignore_conflicts=True)
    known = known_permissions(apps, using)
    wanted = {
        (group_id, permission_id)
        for group_id, name in groups.filter(name__in=ROLES).values_list("id", "name")
        for permission_id in permission_ids(ROLES[name], known)
    }
    grant_exactly(group_model.permissions.through.objects.using(using), wanted)


def known_permissions(apps, using: str) -> dict[str, int]:
    """The id of each permission by its name, "posts.publish_post"."""
    rows = apps.get_model("auth", "Permission").objects.using(using)
    return {
        f"{app_label}.{codename}": permission_id
        for permission_id, app_label, codename in rows.values_list(
            "id", "content_type__app_label", "codename"
        )
    }


def permission_ids(names: Iterable[str], known: dict[str, int]) -> list[int]:
    if EVERYTHING in names:
        return list(known.values())
    return [known[name] for name in names if name in known]


def grant_exactly(grants, wanted: set[tuple[int, int]]) -> None:
    """Add what is missing and take away what is too much, of the role groups alone."""
    held = {
        (group_id, permission_id): grant_id
        for grant_id, group_id, permission_id in grants.filter(group__name__in=ROLES).values_list(
            "id", "group_id", "permission_id"
        )
    }
    grants.filter(id__in=[held[pair] for pair in held.keys() - wanted]).delete()
    grants.bulk_create(
        [
            grants.model(group_id=group_id, permission_id=permission_id)
            for group_id, permission_id in sorted(wanted - held.keys())
        ],
        ignore_conflicts=True,
    )
