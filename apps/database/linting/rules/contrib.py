"""Operations of PostgreSQL's own, where Django's plain ones are careful by themselves."""

from collections.abc import Iterator

from django.db.migrations import AddConstraint, AddIndex, RemoveConstraint, RemoveIndex
from django.db.migrations.operations.base import Operation

from apps.database.linting.refusal import Refusal, paste
from apps.database.linting.step import Step

CONTRIB = "django.contrib.postgres."


def concurrently_by_hand(step: Step) -> Iterator[Refusal]:
    """Known by where they live: importing them loads the driver, on SQLite too."""
    kind = type(step.operation)
    if not step.table or not kind.__module__.startswith(CONTRIB) or step.model is None:
        return
    plain = _plain(step)
    yield step.refuse(
        f"{kind.__name__} leaves what it began when it fails.",
        "An invalid index slows each write and serves no read, and the next run ends with "
        "“already exists”; on SQLite it is a TypeError. The plain operation is as careful "
        "(SHARE UPDATE EXCLUSIVE), and clears away.",
        *([paste("The plain one", *plain)] if plain else ()),
    )


def excludes(step: Step) -> Iterator[Refusal]:
    constraint = getattr(step.operation, "constraint", None)
    if not step.is_a(AddConstraint) or step.backwards or not step.table:
        return
    if type(constraint).__module__.startswith(CONTRIB):
        yield step.refuse(
            f"it adds the exclusion constraint {constraint.name} to {step.table}.",
            "Its index is built under ACCESS EXCLUSIVE, and there is no other way: nobody reads or "
            "writes the table until it is done. Do it while the table is empty, or in a new one.",
        )


def _plain(step: Step) -> list[Operation]:
    operation = step.operation
    match type(operation).__name__:
        case "AddIndexConcurrently":
            return [AddIndex(operation.model_name, operation.index)]
        case "RemoveIndexConcurrently":
            return [RemoveIndex(operation.model_name, operation.name)]
        case "AddConstraintNotValid":
            return [AddConstraint(operation.model_name, operation.constraint)]
        case "ValidateConstraint":
            # Made anew, for what adds one validates it too.
            constraint = step.model.get_constraint_by_name(operation.name)
            removed = RemoveConstraint(operation.model_name, operation.name)
            return [removed, AddConstraint(operation.model_name, constraint)]
    return []
