"""What people note on a clip: its title, notes, stars and approval, and how often it was heard."""

from django.db import transaction
from django.db.models import F

from accounts.models import User
from studio.errors import Refusal
from studio.models import Clip
from studio.models.clock import db_now
from studio.services import search


class ChangedMeanwhile(Refusal):
    """Somebody else saved other notes after this person had opened theirs."""

    field = "notes"


@transaction.atomic
def write(clip: Clip, *, title: str, notes: str, before: str) -> None:
    """Keep the title, and the notes if they differ from `before`, which is what the person had been shown.

    Raises ChangedMeanwhile instead of writing over what somebody else wrote.
    """
    row = Clip.objects.select_for_update().get(pk=clip.pk)
    if notes not in (before, row.notes) and row.notes != before:
        raise ChangedMeanwhile("Somebody changed the notes meanwhile; theirs are above. Put both together.")
    row.title = title
    row.notes = row.notes if notes == before else notes
    row.save(update_fields=["title", "notes"])
    search.index(row)


def rate(clip: Clip, stars: int) -> None:
    """Give it 1 to 5 stars; 0 takes them away."""
    Clip.objects.filter(pk=clip.pk).update(rating=stars)


def approve(clip: Clip, by: User) -> None:
    """Say yes to it. Who said so first stays."""
    Clip.objects.filter(pk=clip.pk, approved_at=None).update(approved_at=db_now(), approved_by=by)


def take_back_approval(clip: Clip) -> None:
    Clip.objects.filter(pk=clip.pk).update(approved_at=None, approved_by=None)


def count_play(clip: Clip) -> None:
    Clip.objects.filter(pk=clip.pk).update(plays=F("plays") + 1)
