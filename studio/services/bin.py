"""The bin: what lies there comes back with one click for 30 days, and then goes for good.

What goes leaves its row, since the family, the orders and the books point at it. First the row says that it
is gone, then its files are removed one by one, each before the row that names it: whoever is killed on the
way leaves rows that the next one finds.
"""

import logging
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django_q.tasks import async_task

from accounts.models import User
from studio.models import (
    Asset,
    Clip,
    ClipTag,
    Conversion,
    LyricDraft,
    PlaylistEntry,
    SearchText,
    Task,
    Timing,
    Upload,
)
from studio.models.clock import db_now
from studio.services import media, takes
from studio.services.batches import batches

log = logging.getLogger(__name__)

PURGE_JOB = "studio.jobs.purge_bin"
KEPT_FOR = timedelta(days=30)
LOOK_EVERY_S = 3600
AT_ONCE = 50  # clips whose files one job removes
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
BUT_NOTHING = {"lyrics": "", "notes": "", "peaks": b"", "is_front": False, "picked": False}


@dataclass(frozen=True)
class Act:
    """What one person put into the bin at one moment; the moment alone names it, so it can be taken back."""

    count: int
    moment: int  # microseconds since 1970


def put(ids: Sequence[int], *, by: User) -> Act:
    """Put clips into the bin; those that lie there already are not counted, and final ones stay."""
    now = db_now()
    count = sum(_put(some, by, now) for some in batches(ids))
    return Act(count, (now - EPOCH) // MICROSECOND)


@transaction.atomic
def _put(ids: Sequence[int], by: User, now: datetime) -> int:
    stacks = _lock_stacks(ids)
    open_ones = Clip.objects.filter(pk__in=ids, final_at=None).kept()
    count = open_ones.update(binned_at=now, binned_by=by)
    takes.settle_front(stacks | _stacks_of(ids))
    return count


def restore(ids: Sequence[int]) -> int:
    """Take clips out of the bin again; how many came back."""
    return sum(_restore(some) for some in batches(ids))


@transaction.atomic
def _restore(ids: Sequence[int]) -> int:
    stacks = _lock_stacks(ids)
    count = Clip.objects.in_bin().filter(pk__in=ids).update(binned_at=None, binned_by=None)
    takes.settle_front(stacks | _stacks_of(ids))
    return count


def _lock_stacks(ids: Sequence[int]) -> set[uuid.UUID]:
    """All takes of these clips' stacks. While this waits for somebody, a clip may go to another stack."""
    stacks = _stacks_of(ids)
    takes.lock(stacks)
    return stacks


def _stacks_of(ids: Sequence[int]) -> set[uuid.UUID]:
    return set(Clip.objects.filter(pk__in=ids).values_list("stack", flat=True))


# -- What lies there -------------------------------------------------------------------------------


def lying(user: User) -> QuerySet[Clip]:
    """What this person sees in the bin, the latest first."""
    there = Clip.objects.visible_to(user).in_bin()
    return there.order_by("-binned_at", "-pk")


def beyond(place: str) -> Q | None:
    """The rows that follow a place of `place_of`; None for one that makes no sense."""
    moment, _, number = place.partition("~")
    if not (moment.isascii() and moment.isdigit() and number.isascii() and number.isdigit()):
        return None
    if len(moment) > 17 or len(number) > 18:
        return None
    at = EPOCH + int(moment) * MICROSECOND
    return Q(binned_at__lt=at) | Q(binned_at=at, pk__lt=int(number))


def place_of(clip: Clip) -> str:
    assert clip.binned_at is not None
    return f"{(clip.binned_at - EPOCH) // MICROSECOND}~{clip.pk}"


def of_act(user: User, moment: int) -> QuerySet[Clip]:
    """What this person put there at that moment and what lies there still."""
    return lying(user).filter(binned_by=user, binned_at=EPOCH + moment * MICROSECOND)


# -- What goes for good ----------------------------------------------------------------------------


def ring_due() -> None:
    """Ring for the emptying when something is due. Looks once an hour."""
    mark = media.incoming("x").parent.with_name("bin.looked")
    if mark.exists() and time.time() - mark.stat().st_mtime < LOOK_EVERY_S:
        return
    mark.touch()
    now = db_now()
    if _due(now).exists() or _half_gone().exists() or _drafts_due(now).exists():
        ring()


def ring(after: int = 0) -> None:
    """Queue the removal of what is due, from this clip on."""
    async_task(PURGE_JOB, after)


def purge(after: int) -> int | None:
    """Remove some of what is due; gives the clip from which to go on, None when that was all.

    A file that can't be removed now stays, with its row, for the next hour.
    """
    now = db_now()
    _give_up(_due(now), now)
    _drafts_due(now).delete()
    ids = list(_half_gone().filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    for pk in ids:
        try:
            _clear(pk)
        except OSError:
            log.exception("clip %s: its files can't be removed now", pk)
    return ids[-1] if len(ids) == AT_ONCE else None


def _due(now: datetime) -> QuerySet[Clip]:
    return _at_rest().filter(binned_at__lte=now - KEPT_FOR)


def _drafts_due(now: datetime) -> QuerySet[LyricDraft]:
    """Discarded drafts have no file and no page of their own; their time is the same."""
    return LyricDraft.objects.filter(discarded_at__lte=now - KEPT_FOR)


def _at_rest() -> QuerySet[Clip]:
    """What lies there, but for what something is being made of: that would have no place to come to."""
    at_work = Task.objects.filter(source=OuterRef("pk"), status__in=Task.MOVING)
    return Clip.objects.in_bin().filter(~Exists(at_work))


def _half_gone() -> QuerySet[Clip]:
    """What is gone, but for its files."""
    return Clip.objects.filter(Exists(Asset.objects.filter(clip=OuterRef("pk"))), purged_at__isnull=False)


def empty(ids: Sequence[int]) -> int:
    """Let these go for good at once, without waiting for their time; how many went. Their files follow."""
    count = _give_up(_at_rest().filter(pk__in=ids), db_now())
    ring()
    return count


def _give_up(clips: QuerySet[Clip], now: datetime) -> int:
    """Nobody sees these again. From here on they can't be restored, so their files may go."""
    count = 0
    for ids in batches(list(clips.values_list("pk", flat=True))):
        with transaction.atomic():
            list(Clip.objects.filter(pk__in=ids).select_for_update().order_by("pk").values_list("pk"))
            count += clips.filter(pk__in=ids).update(purged_at=now, **BUT_NOTHING)
            gone = Clip.objects.filter(pk__in=ids, purged_at__isnull=False).values("pk")
            for model in (ClipTag, PlaylistEntry, Conversion, SearchText, Timing):
                model._default_manager.filter(clip__in=gone).delete()
    return count


def _clear(clip_id: int) -> None:
    # Asked anew for each file: somebody may import the song again meanwhile, once its last old file is gone.
    gone = Asset.objects.filter(clip=clip_id, clip__purged_at__isnull=False)
    while asset := gone.first():
        media.remove(asset.name)
        Upload.objects.filter(name=asset.name).delete()  # a recording that was uploaded has two rows
        asset.delete()
