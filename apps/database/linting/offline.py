"""PostgreSQL as far as a field and an expression ask for it, without a driver or a server."""

from django.db.backends.base.features import BaseDatabaseFeatures
from django.db.backends.base.operations import BaseDatabaseOperations


def _varchar(parameters: dict) -> str:
    length = parameters["max_length"]
    return "varchar" if length is None else f"varchar({length})"


# Of `django.db.backends.postgresql.base`, which cannot be imported without the driver.
TYPES = {
    "AutoField": "integer",
    "BigAutoField": "bigint",
    "BinaryField": "bytea",
    "BooleanField": "boolean",
    "CharField": _varchar,
    "DateField": "date",
    "DateTimeField": "timestamp with time zone",
    "DecimalField": "numeric(%(max_digits)s, %(decimal_places)s)",
    "DurationField": "interval",
    "FileField": "varchar(%(max_length)s)",
    "FilePathField": "varchar(%(max_length)s)",
    "FloatField": "double precision",
    "IntegerField": "integer",
    "BigIntegerField": "bigint",
    "IPAddressField": "inet",
    "GenericIPAddressField": "inet",
    "JSONField": "jsonb",
    "PositiveBigIntegerField": "bigint",
    "PositiveIntegerField": "integer",
    "PositiveSmallIntegerField": "smallint",
    "SlugField": "varchar(%(max_length)s)",
    "SmallAutoField": "smallint",
    "SmallIntegerField": "smallint",
    "TextField": "text",
    "TimeField": "time",
    "UUIDField": "uuid",
}


class Offline:
    """What stands for a connection where there is none."""

    alias = "default"
    vendor = "postgresql"
    data_types = TYPES

    def __init__(self):
        self.features = BaseDatabaseFeatures(self)
        self.ops = BaseDatabaseOperations(self)
