"""What is refused, one function a rule: it takes a step and yields refusals."""

from .renaming import moved_table, renamed_column

RULES = (
    renamed_column,
    moved_table,
)
