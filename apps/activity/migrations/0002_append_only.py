"""Entries are added and read, nothing else, whoever asks.

Erasing a person says so in its transaction: SET LOCAL copydesk.erasing = 'on'. SQLite has no
settings of a transaction; there the queryset refuses.
"""

from django.db import migrations

from apps.database.operations import PostgresSQL

FORWARDS = [
    """
    CREATE FUNCTION activity_entries_stay() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF current_setting('copydesk.erasing', true) IS DISTINCT FROM 'on' THEN
            RAISE EXCEPTION 'Audit entries are neither changed nor removed: % refused', TG_OP
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER activity_entries_stay
    BEFORE UPDATE OR DELETE OR TRUNCATE ON activity_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION activity_entries_stay()
    """,
]
BACKWARDS = [
    "DROP TRIGGER activity_entries_stay ON activity_auditentry",
    "DROP FUNCTION activity_entries_stay()",
]


class Migration(migrations.Migration):
    dependencies = [("activity", "0001_initial")]
    operations = [PostgresSQL(FORWARDS, BACKWARDS)]
