"""The search index: FTS5 on SQLite, a generated column with a GIN index on PostgreSQL."""

from django.db import migrations, models

# Triggers on the table of words alone: SQLite forgets those of a table that a later migration makes anew.
SQLITE = [
    """
    CREATE VIRTUAL TABLE studio_searchtext_fts USING fts5(
        words, content='studio_searchtext', content_rowid='clip_id', prefix='2 3',
        tokenize='unicode61 remove_diacritics 0'
    )
    """,
    "INSERT INTO studio_searchtext_fts(studio_searchtext_fts) VALUES ('rebuild')",
    """
    CREATE TRIGGER studio_searchtext_insert AFTER INSERT ON studio_searchtext
    BEGIN INSERT INTO studio_searchtext_fts(rowid, words) VALUES (new.clip_id, new.words); END
    """,
    """
    CREATE TRIGGER studio_searchtext_delete AFTER DELETE ON studio_searchtext
    BEGIN
        INSERT INTO studio_searchtext_fts(studio_searchtext_fts, rowid, words)
        VALUES ('delete', old.clip_id, old.words);
    END
    """,
    """
    CREATE TRIGGER studio_searchtext_update AFTER UPDATE ON studio_searchtext
    BEGIN
        INSERT INTO studio_searchtext_fts(studio_searchtext_fts, rowid, words)
        VALUES ('delete', old.clip_id, old.words);
        INSERT INTO studio_searchtext_fts(rowid, words) VALUES (new.clip_id, new.words);
    END
    """,
]
SQLITE_BACK = [
    "DROP TRIGGER IF EXISTS studio_searchtext_insert",
    "DROP TRIGGER IF EXISTS studio_searchtext_delete",
    "DROP TRIGGER IF EXISTS studio_searchtext_update",
    "DROP TABLE IF EXISTS studio_searchtext_fts",
]
POSTGRESQL = [
    """
    ALTER TABLE studio_searchtext
    ADD COLUMN search tsvector GENERATED ALWAYS AS (to_tsvector('simple', words)) STORED
    """,
    "CREATE INDEX studio_searchtext_search ON studio_searchtext USING gin (search)",
]
POSTGRESQL_BACK = ["ALTER TABLE studio_searchtext DROP COLUMN IF EXISTS search"]


def run(statements):
    def execute(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement)

    return execute


class Migration(migrations.Migration):
    dependencies = [("studio", "0007_library_rows")]

    operations = [
        migrations.RunPython(
            run({"sqlite": SQLITE, "postgresql": POSTGRESQL}),
            run({"sqlite": SQLITE_BACK, "postgresql": POSTGRESQL_BACK}),
        ),
        migrations.AddConstraint(
            model_name="clip",
            constraint=models.UniqueConstraint(
                condition=models.Q(is_front=True), fields=("stack",), name="clip_one_front_per_stack"
            ),
        ),
    ]
