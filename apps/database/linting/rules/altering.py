"""Columns that refuse NULL from now on, or have no default any more."""

from collections.abc import Iterator

from django.db.migrations import AlterField
from django.db.models import NOT_PROVIDED

from apps.database.expressions import RandomUUID
from apps.database.linting.defaults import has_db_default, is_called_for_each_row
from apps.database.linting.refusal import Paste, Refusal, paste
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


def no_more_default(step: Step) -> Iterator[Refusal]:
    old, new = altered(step)
    if old is None or old.null or new.null or is_after_the_deploy(step):
        return
    if has_db_default(new) or not has_db_default(old):
        return
    yield step.refuse(
        f"{step.table}.{column_of(step.operation.name, new)} loses its default before the deploy.",
        "The lock is brief (ACCESS EXCLUSIVE), but code that is running leaves the value to the "
        "database (INSERT … DEFAULT), and each of its inserts fails until it is replaced (23502).",
        paste(
            "Alone in a migration, after the deploy",
            AlterField(step.operation.model_name, step.operation.name, new),
            stage="POST_DEPLOY",
        ),
    )


def one_value_for_all_nulls(step: Step) -> Iterator[Refusal]:
    old, new = altered(step)
    if old is None or new.null or not old.null:
        return
    if has_db_default(new) or not is_called_for_each_row(new):
        return
    yield step.refuse(
        f"it fills {step.table}.{column_of(step.operation.name, new)} by a default that is called.",
        "Django calls it once and gives all rows without a value that one.",
        *_each_its_own(step, new),
    )


def _each_its_own(step: Step, new) -> Iterator[Paste]:
    model, name = step.operation.model_name, step.operation.name
    filled = new.clone()
    if new.get_internal_type() == "UUIDField":
        filled.db_default = RandomUUID()
        yield paste(
            "The same db_default in the model, which is another for each row, and",
            AlterField(model, name, filled),
            stage="POST_DEPLOY",
        )
        return
    filled.default = NOT_PROVIDED
    yield paste(
        "Give each row its own before (a Backfill by an expression, a command), and then",
        AlterField(model, name, filled),
        AlterField(model, name, new),
        stage="POST_DEPLOY",
    )
