"""Which saved words the songs of an older studio sing, and what a search of sheets looks at."""

import re
import unicodedata

from django.db import migrations

BATCH = 500
WORD = re.compile(r"[^\W_]+")


def fold(text):
    """As in models.search, on the day of this migration."""
    plain = unicodedata.normalize("NFKD", text)
    bare = "".join(each for each in plain if not unicodedata.combining(each)).casefold()
    return " ".join(WORD.findall(bare))


def find_words(apps, schema_editor):
    """A song sings a version when its lyrics are that version's, word for word, in the same project."""
    revisions = {}
    rows = apps.get_model("studio", "LyricRevision").objects.order_by("pk")
    for pk, project, text in rows.values_list("pk", "sheet__project", "text").iterator(BATCH):
        revisions.setdefault((project, text), pk)
    task_model = apps.get_model("studio", "Task")
    batch = []
    for task in task_model.objects.filter(operation="create_music").only("project", "params").iterator(BATCH):
        words = task.params.get("lyrics")
        if words and (revision := revisions.get((task.project_id, words))):
            task.lyric_revision_id = revision
            batch.append(task)
    task_model.objects.bulk_update(batch, ["lyric_revision"], batch_size=BATCH)


def make_searchable(apps, schema_editor):
    sheets = apps.get_model("studio", "LyricSheet")
    rows = apps.get_model("studio", "LyricRevision").objects.order_by("sheet", "number")
    newest = dict(rows.values_list("sheet", "text").iterator(BATCH))  # the last of each stays
    batch = []
    for sheet in sheets.objects.only("title").iterator(BATCH):
        sheet.words = fold(f"{sheet.title} {newest.get(sheet.pk, '')}")
        batch.append(sheet)
    sheets.objects.bulk_update(batch, ["words"], batch_size=BATCH)


class Migration(migrations.Migration):
    dependencies = [("studio", "0009_lyrics_desk")]

    operations = [
        migrations.RunPython(find_words, migrations.RunPython.noop),
        migrations.RunPython(make_searchable, migrations.RunPython.noop),
    ]
