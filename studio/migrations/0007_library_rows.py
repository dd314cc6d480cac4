"""What the library's new columns say of the clips that are there already."""

import unicodedata
import uuid

from django.db import migrations

BATCH = 500


def fold(text):
    """As in models.search, on the day of this migration."""
    plain = unicodedata.normalize("NFKD", text)
    bare = "".join(each for each in plain if not unicodedata.combining(each)).casefold()
    return " ".join("".join(each if each.isalnum() else " " for each in bare).split())


def fill(apps, schema_editor):
    clip_model, text_model = apps.get_model("studio", "Clip"), apps.get_model("studio", "SearchText")
    films = apps.get_model("studio", "Asset").objects.filter(kind="video")
    with_video = set(films.values_list("clip_id", flat=True))
    fronts = set()
    batch = []
    for clip in clip_model.objects.select_related("task").order_by("task__take", "pk").iterator(BATCH):
        clip.stack = uuid.uuid5(clip.task.form_key, str(clip.task.created_by_id))
        clip.is_front = clip.stack not in fronts
        fronts.add(clip.stack)
        clip.operation = clip.task.operation
        clip.has_video = clip.pk in with_video
        clip.sort_title = fold(clip.title)[:100].rstrip()
        batch.append(clip)
    clip_model.objects.bulk_update(
        batch, ["stack", "is_front", "operation", "has_video", "sort_title"], batch_size=BATCH
    )
    words = (text_model(clip=clip, words=fold(f"{clip.title} {clip.sound} {clip.lyrics}")) for clip in batch)
    text_model.objects.bulk_create(words, batch_size=BATCH)


class Migration(migrations.Migration):
    dependencies = [("studio", "0006_library")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
