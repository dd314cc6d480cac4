"""The ledger is append-only: triggers refuse UPDATE and DELETE, whatever code or person tries."""

from django.db import migrations

SQLITE = [
    """
    CREATE TRIGGER credit_entry_no_{event} BEFORE {EVENT} ON studio_creditentry
    BEGIN SELECT RAISE(ABORT, 'credit entries are append-only'); END
    """
]
POSTGRESQL = [
    """
    CREATE OR REPLACE FUNCTION studio_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'credit entries are append-only'; END $$
    """,
    """
    CREATE TRIGGER credit_entry_no_{event} BEFORE {EVENT} ON studio_creditentry
    FOR EACH ROW EXECUTE FUNCTION studio_append_only()
    """,
]


def forbid_changes(apps, schema_editor):
    statements = POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE
    for event in ("update", "delete"):
        for statement in statements:
            schema_editor.execute(statement.replace("{event}", event).replace("{EVENT}", event.upper()))


def allow_changes(apps, schema_editor):
    table = " ON studio_creditentry" if schema_editor.connection.vendor == "postgresql" else ""
    for event in ("update", "delete"):
        schema_editor.execute(f"DROP TRIGGER IF EXISTS credit_entry_no_{event}{table}")


class Migration(migrations.Migration):
    dependencies = [("studio", "0001_initial")]

    operations = [migrations.RunPython(forbid_changes, allow_changes)]
