"""What a migration would stop, said before any of it is executed.

A dry pass over a whole plan: each rule sees each operation with the state before and after it.
What it refuses it explains, with the recipe to paste. Nothing is refused on SQLite, which one
process writes; and a table that the plan itself makes, or that has no row, is free.
"""

from .linter import refusals
from .ours import refusals_of_ours
from .refusal import Paste, Refusal

__all__ = ["Paste", "Refusal", "refusals", "refusals_of_ours"]
