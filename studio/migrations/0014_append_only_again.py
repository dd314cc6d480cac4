"""SQLite makes a table anew to change its checks, and the ledger's triggers stay with the old one."""

from importlib import import_module

from django.db import migrations

append_only = import_module("studio.migrations.0002_append_only")


def forbid_changes(apps, schema_editor):
    append_only.allow_changes(apps, schema_editor)
    append_only.forbid_changes(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("studio", "0013_team_and_credits")]

    operations = [migrations.RunPython(forbid_changes, migrations.RunPython.noop)]
