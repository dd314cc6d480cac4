"""Other formats of a clip, made from our own copy by a worker. They cost nothing."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django_q.tasks import async_task

from studio.models import Asset, Clip, Conversion
from studio.models.clock import db_now
from studio.services import media, quotas, spare
from studio.services.results import Copy

CONVERT_JOB = "studio.jobs.convert"
KINDS = (Asset.Kind.MP3, Asset.Kind.WAV, Asset.Kind.FLAC)
# All files for handing a final take over, made by one job: its kind, and that of each of these files.
DELIVERY = Asset.Kind.DELIVERY
JOB_MAY_TAKE_S = 900
LEASE = timedelta(seconds=45)  # renewed while the work goes on
TRIES = 3


@dataclass(frozen=True)
class Work:
    """What to convert: the file that lies at `name`, into `kind`. It lasts `seconds`."""

    conversion_id: int
    clip_id: int
    kind: str
    name: str
    seconds: float


def missing(clip: Clip) -> list[str]:
    """The formats that the clip has no file in, from our own hand, and that can be made."""
    ours = {asset.kind for asset in clip.assets.all() if not asset.label}
    if clip.master is None:
        return []
    return [kind for kind in KINDS if kind not in ours and kind != clip.master.extension]


@transaction.atomic
def ask(clip: Clip, kind: str) -> None:
    """Have the file made; asking twice is asking once. One that was given up is tried anew. Raises Full."""
    if kind in missing(clip):
        begin(clip, kind)


@transaction.atomic
def begin(clip: Clip, kind: str) -> None:
    """The same without a look at what is there: of the kind DELIVERY several files are made. Raises Full."""
    quotas.check(clip.project)
    now = db_now()
    due = spare.first_due(Conversion, now)
    row, new = Conversion.objects.get_or_create(clip=clip, kind=kind, defaults={"due_at": due})
    if not new and row.problem:
        Conversion.objects.filter(pk=row.pk).update(problem="", claims=0, due_at=due)
    if due == now:
        _ring(row.pk)


@transaction.atomic
def ask_all(lacking: Iterable[tuple[int, str]]) -> None:
    """Have many files made, a few at a time: (clip id, kind) of each that is missing and can be made."""
    clips_of = defaultdict(list)
    for clip_id, kind in lacking:
        clips_of[kind].append(clip_id)
    due = db_now() - spare.RING_AGAIN  # so that the sweep rings when there is room
    for kind, ids in clips_of.items():
        rows = [Conversion(clip_id=clip_id, kind=kind, due_at=due) for clip_id in ids]
        Conversion.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
        given_up = Conversion.objects.filter(kind=kind, clip_id__in=ids).exclude(problem="")
        given_up.update(problem="", claims=0, due_at=due)
    ring_due()


@transaction.atomic
def claim(conversion_id: int) -> Work | None:
    """Take it, and count the try before it is made. None when it is not due, or done."""
    now = db_now()
    row = Conversion.objects.select_for_update().filter(pk=conversion_id, problem="", due_at__lte=now).first()
    if row is None:
        return None
    if row.claims >= TRIES:
        give_up(row.pk, "It could not be made on this machine.")
        return None
    if row.kind == DELIVERY and row.clip.final_at is None:
        row.delete()  # reopened meanwhile
        return None
    if full := quotas.why_full(row.clip.project):
        give_up(row.pk, full)
        return None
    if not spare.room(Conversion, now, rung=False):
        spare.put_back(Conversion, row.pk, now)
        return None
    Conversion.objects.filter(pk=row.pk).update(claims=F("claims") + 1, due_at=now + LEASE)
    best = _best_source(row.clip, row.kind)
    return Work(row.pk, row.clip_id, row.kind, best.name, row.clip.duration)


def renew(conversion_id: int) -> None:
    """The work goes on: nobody else needs to start it."""
    now = db_now()
    Conversion.objects.filter(pk=conversion_id, due_at__gt=now, problem="").update(due_at=now + LEASE)


def _best_source(clip: Clip, kind: str) -> Asset:
    """The recording with the least loss: wav where there is one, unless wav is what is asked for."""
    if kind != Asset.Kind.WAV and clip.wav:
        return clip.wav
    return Asset.objects.get(clip=clip, kind=Asset.Kind.MASTER, label="")


def keep(work: Work, copy: Copy) -> None:
    """Put the new file beside the others, and forget that it was asked for. Raises OSError."""
    name = f"clips/converted/{work.clip_id}-{work.kind}-{copy.sha256[:16]}.{copy.extension}"
    media.keep(copy.path, name)
    facts = {"name": name, "content_type": copy.content_type, "size": copy.size, "sha256": copy.sha256}
    with transaction.atomic():
        Asset.objects.get_or_create(clip_id=work.clip_id, kind=work.kind, label="", defaults=facts)
        Conversion.objects.filter(pk=work.conversion_id).delete()


def give_up(conversion_id: int, why: str) -> None:
    """Stop trying; the sentence is shown beside the file until somebody asks again."""
    Conversion.objects.filter(pk=conversion_id).update(problem=why[:200])


def ring_due() -> None:
    """Ring for what nobody works at: many were asked for at once, bells get lost, workers are killed.
    While the storage is full they wait."""
    if media.storage_is_full():
        return
    for pk in spare.take_due(Conversion, db_now()):
        _ring(pk)


def _ring(conversion_id: int) -> None:
    async_task(CONVERT_JOB, conversion_id, timeout=JOB_MAY_TAKE_S)
