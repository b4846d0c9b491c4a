"""Columns that refuse NULL from now on."""

from collections.abc import Iterator

from django.db.migrations import AlterField

from apps.database.linting.refusal import Refusal, paste
from apps.database.linting.shapes import column_of
from apps.database.linting.staging import is_after_the_deploy
from apps.database.linting.step import Step

from .retyping import altered


def no_more_null(step: Step) -> Iterator[Refusal]:
    old, new = altered(step)
    if old is None or new.null or not old.null or is_after_the_deploy(step):
        return
    yield step.refuse(
        f"{step.table}.{column_of(step.operation.name, new)} refuses NULL before the deploy.",
        "The table is looked through beside those who write (SHARE UPDATE EXCLUSIVE), but code "
        "that is running writes NULL there by name, which no db_default helps, and each of its "
        "inserts fails until it is replaced (23502).",
        paste(
            "Alone in a migration, after the deploy",
            AlterField(step.operation.model_name, step.operation.name, new),
            stage="POST_DEPLOY",
        ),
    )
