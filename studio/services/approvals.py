"""A take is approved once, by a member or by a guest of a link, and not any more once it is final."""

from django.db import transaction

from accounts.models import User
from studio.models import Clip, Guest
from studio.models.clock import db_now
from studio.services import notices


@transaction.atomic
def approve(clip: Clip, *, by: User | None = None, guest: Guest | None = None) -> bool:
    """Say yes to it, as a member or as a guest; whether that changed anything. Who said so first stays."""
    kept = Clip.objects.kept().filter(pk=clip.pk, approved_at=None)
    if not kept.update(approved_at=db_now(), approved_by=by, approved_guest=guest):
        return False
    notices.approved(clip, by=by, guest=guest)
    return True


def take_back(clip: Clip, *, guest: Guest | None = None) -> bool:
    """It is not approved any more; whether that changed anything. A guest takes back what they said
    themselves, a member what anybody said. What is final stays so."""
    said = Clip.objects.filter(pk=clip.pk, approved_at__isnull=False, final_at=None)
    said = said.filter(approved_guest=guest) if guest else said
    return bool(said.update(approved_at=None, approved_by=None, approved_guest=None))
