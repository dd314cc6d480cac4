"""The audit trail is append-only: triggers refuse UPDATE and DELETE, whatever code or person tries."""

from django.db import migrations

SQLITE = """
    CREATE TRIGGER trail_no_{event} BEFORE {EVENT} ON accounts_trailevent
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END
"""
FUNCTION = """
    CREATE OR REPLACE FUNCTION accounts_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$
"""
POSTGRESQL = """
    CREATE TRIGGER trail_no_{event} BEFORE {EVENT} ON accounts_trailevent
    FOR EACH ROW EXECUTE FUNCTION accounts_append_only()
"""
EVENTS = ("update", "delete")


def forbid_changes(apps, schema_editor):
    on_postgresql = schema_editor.connection.vendor == "postgresql"
    if on_postgresql:
        schema_editor.execute(FUNCTION)
    statement = POSTGRESQL if on_postgresql else SQLITE
    for event in EVENTS:
        schema_editor.execute(statement.replace("{event}", event).replace("{EVENT}", event.upper()))


def allow_changes(apps, schema_editor):
    table = " ON accounts_trailevent" if schema_editor.connection.vendor == "postgresql" else ""
    for event in EVENTS:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS trail_no_{event}{table}")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_people")]

    operations = [migrations.RunPython(forbid_changes, allow_changes)]
