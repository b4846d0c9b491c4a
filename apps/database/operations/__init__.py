"""Migration operations of our own; a migration imports them from here."""

from .backfill import Backfill
from .dropping import DropColumn, RetireField
from .dual import ContractRename, ExpandRename
from .indexes import AddIndexConcurrently
from .retyping import AlterFieldType
from .sql import PostgresSQL
from .widening import WidenField

__all__ = [
    "AddIndexConcurrently",
    "AlterFieldType",
    "Backfill",
    "ContractRename",
    "DropColumn",
    "ExpandRename",
    "PostgresSQL",
    "RetireField",
    "WidenField",
]

# What `makemigrations` writes names this package, so that the files within it may move.
for _name in __all__:
    globals()[_name].__module__ = __name__
