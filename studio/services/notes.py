"""What people note on a clip: its title, notes and stars, and how often it was heard."""

from django.db import transaction
from django.db.models import F

from studio.errors import Refusal
from studio.models import Clip
from studio.services import finals, search


class ChangedMeanwhile(Refusal):
    """Somebody else saved other notes after this person had opened theirs."""

    field = "notes"


@transaction.atomic
def write(clip: Clip, *, title: str, notes: str, before: str) -> None:
    """Keep the title, and the notes if they differ from `before`, which is what the person had been shown.

    Raises ChangedMeanwhile instead of writing over what somebody else wrote, and finals.IsFinal.
    """
    row = finals.hold(clip)
    if notes not in (before, row.notes) and row.notes != before:
        raise ChangedMeanwhile("Somebody changed the notes meanwhile; theirs are above. Put both together.")
    row.title = title
    row.notes = row.notes if notes == before else notes
    row.save(update_fields=["title", "notes"])
    search.index(row)


def rate(clip: Clip, stars: int) -> None:
    """Give it 1 to 5 stars; 0 takes them away. Raises finals.IsFinal."""
    if not Clip.objects.filter(pk=clip.pk, final_at=None).update(rating=stars):
        raise finals.IsFinal


def count_play(clip: Clip) -> None:
    Clip.objects.filter(pk=clip.pk).update(plays=F("plays") + 1)
