"""A final take is locked: nothing of it changes until it is reopened. Files are still made of it, and it is
still heard and talked about.

Every verb that changes a clip, or orders something from it, asks here with the clip's row locked, or leaves
final ones out within its own UPDATE. What was on its way before may still arrive.
"""

from django.db import transaction

from accounts.models import User
from studio.errors import Refusal
from studio.models import Clip
from studio.models.clock import db_now

FINAL = "This take is final. Reopen it to change it."
UNAPPROVED = "Have it approved first."
IN_THE_BIN = "This take is in the bin. Restore it first."


class IsFinal(Refusal):
    """Somebody wants to change what is final."""

    def __init__(self, message: str = FINAL) -> None:
        super().__init__(message)


# -- The verbs -------------------------------------------------------------------------------------


@transaction.atomic
def finish(clip: Clip, *, by: User) -> bool:
    """Make an approved take final; whether that changed anything. Who did so first stays.

    Raises Refusal when nobody has approved it, or it is in the bin.
    """
    kept = Clip.objects.kept().filter(pk=clip.pk, final_at=None, approved_at__isnull=False)
    if kept.update(final_at=db_now(), final_by=by):
        return True
    now = Clip.objects.only("binned_at", "final_at").get(pk=clip.pk)
    if now.final_at is None:
        raise Refusal(IN_THE_BIN if now.binned_at else UNAPPROVED)
    return False


def reopen(clip: Clip) -> bool:
    """It may change again, and stays approved; whether that changed anything. What was made for handing it
    over is no longer right: `handovers.forget` takes it away."""
    final = Clip.objects.filter(pk=clip.pk, final_at__isnull=False)
    return bool(final.update(final_at=None, final_by=None))


# -- The lock --------------------------------------------------------------------------------------


def hold(clip: Clip) -> Clip:
    """The clip as it is now, locked until the transaction ends. Raises IsFinal."""
    row = Clip.objects.select_for_update(of=("self",)).get(pk=clip.pk)
    if row.final_at:
        raise IsFinal
    return row


def hold_open(clip: Clip | None) -> None:
    """The same for an order from it, which other rows will point to. Raises IsFinal. See `tasks.lock`."""
    if clip is None:
        return
    row = Clip.objects.select_for_update(of=("self",), no_key=True).filter(pk=clip.pk)
    if row.values_list("final_at", flat=True).get():
        raise IsFinal


def check(clip: Clip) -> None:
    """Without a lock, for what changes nothing of the clip itself. Raises IsFinal."""
    if Clip.objects.filter(pk=clip.pk, final_at__isnull=False).exists():
        raise IsFinal
