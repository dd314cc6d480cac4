"""Keeping what can be found in step with what clips say. Whoever changes a clip's words calls `index`."""

from studio.models import Clip, SearchText
from studio.models.search import fold, words_of

SORT_TITLE = 100  # characters


def index(*clips: Clip) -> None:
    """Write the words of these clips anew: title, sound, lyrics and tags. One query for the tags of all."""
    rows = Clip.objects.filter(pk__in=[clip.pk for clip in clips]).prefetch_related("tags")
    found = [
        SearchText(clip=clip, words=words_of(clip, [tag.name for tag in clip.tags.all()])) for clip in rows
    ]
    SearchText.objects.bulk_create(
        found, update_conflicts=True, unique_fields=["clip"], update_fields=["words"]
    )
    for clip in rows:
        if clip.sort_title != sort_title(clip.title):
            Clip.objects.filter(pk=clip.pk).update(sort_title=sort_title(clip.title))


def sort_title(title: str) -> str:
    """By which a title is sorted: without case, accents and signs."""
    return fold(title)[:SORT_TITLE].rstrip()
