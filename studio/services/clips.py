"""The verbs of clips: from a stored SUCCESS to verified files and rows in the library."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F

from studio.models import Asset, Clip, CreditEntry, Task
from studio.models.clock import db_now
from studio.models.tasks import first_line
from studio.music_api.providers import PROVIDERS
from studio.music_api.types import Item, PollResult
from studio.services import media, polls, tasks

LEASE = timedelta(seconds=45)  # renewed while the copy goes on
KEEP_TRYING = timedelta(hours=72)
MAX_WAIT_S = 3600
MAX_CRASHES = 3  # a file that stops its worker three times is set aside
EXTRAS_AFTER_TRIES = 4  # then the song is kept without the extra that can't be fetched


class NotOurs(Exception):
    """The provider names a clip that another task has made already."""


@dataclass(frozen=True)
class Source:
    """One file to copy."""

    kind: str
    url: str
    needed: bool  # without it there is no clip


@dataclass(frozen=True)
class Work:
    """One clip of a stored answer, and the files to copy for it."""

    task_id: int
    number: int
    item: Item
    sources: tuple[Source, ...]
    hosts: tuple[str, ...]
    origins: tuple[str, ...]
    tries: int


@dataclass(frozen=True)
class Copy:
    """A file that was fetched and verified, and now lies at `path`."""

    kind: str
    path: Path
    content_type: str
    extension: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Sound:
    """What was measured on our own copy of the master: seconds, LUFS, dBTP, and the waveform."""

    duration: float
    loudness: float
    true_peak: float
    peaks: bytes


@transaction.atomic
def claim_archive(task_id: int) -> list[Work]:
    """Take a task whose answer waits to be copied; empty when it is not due or somebody is at it.

    The try is counted before it is made; a task that stops its worker three times is failed by the sweep.
    """
    task = Task.objects.select_for_update().get(pk=task_id)
    now = db_now()
    if task.answer is None or task.archive_after is None or task.archive_after > now:
        return []
    if task.claims >= MAX_CRASHES:
        set_aside(task)
        return []
    Task.objects.filter(pk=task_id).update(archive_after=now + LEASE, claims=F("claims") + 1)
    items = PollResult.from_dict(task.answer).items
    return [_work(task, number, item) for number, item in enumerate(items, 1)]


def renew(task_id: int) -> None:
    """The copy goes on: nobody else needs to start it."""
    now = db_now()
    Task.objects.filter(pk=task_id, archive_after__gt=now).update(archive_after=now + LEASE)


def _work(task: Task, number: int, item: Item) -> Work:
    wanted = (
        (Asset.Kind.MASTER, item.audio_url),
        (Asset.Kind.WAV, item.wav_url),
        (Asset.Kind.COVER, item.image_url),
    )
    base_url, _ = settings.PROVIDERS.get(task.provider, ("", ""))  # it may have been switched off meanwhile
    return Work(
        task_id=task.pk,
        number=number,
        item=item,
        sources=tuple(Source(kind, url, kind == Asset.Kind.MASTER) for kind, url in wanted if url),
        hosts=settings.MEDIA_HOSTS or PROVIDERS[task.provider].media_hosts,
        origins=(base_url,) if base_url else (),
        tries=task.poll_failures,
    )


def set_aside(task: Task) -> None:
    """The copy of this song stops its worker each time: refund, and let an owner look."""
    Task.objects.filter(pk=task.pk).update(parked=True, archive_after=None)
    if task.status == Task.Status.ARCHIVING:
        tasks.fail(task.pk, "The audio could not be stored.", house=CreditEntry.Kind.LOSS)


@transaction.atomic
def retry_archive(task_id: int, why: str) -> None:
    """The copy failed: try again in 10 s, doubled up to an hour, for three days. The task is polled again
    before the next try, since the media's addresses may have expired."""
    task = Task.objects.select_for_update().get(pk=task_id)
    now = db_now()
    if task.archive_after is None:
        return
    if now - (task.submitted_at or task.created_at) > KEEP_TRYING:
        Task.objects.filter(pk=task_id).update(archive_after=None)
        if task.status == Task.Status.ARCHIVING:
            tasks.fail(task_id, "The provider's audio could not be copied.", house=CreditEntry.Kind.LOSS)
        return
    wait = min(10 * 2 ** min(task.poll_failures, 9), MAX_WAIT_S)
    waits = f"The audio can't be copied yet: {why} It is tried again."
    Task.objects.filter(pk=task_id).update(
        archive_after=now + timedelta(seconds=wait),
        poll_failures=F("poll_failures") + 1,
        claims=0,  # it ended by itself: this was no crash
        version=F("version") + 1,
        reason=waits if task.status == Task.Status.ARCHIVING else task.reason,
    )


@transaction.atomic
def refresh_answer(task_id: int, answer: PollResult) -> None:
    """Fresh addresses of the media, from a poll made because the stored ones did not answer."""
    Task.objects.filter(pk=task_id, archive_after__isnull=False).update(answer=answer.as_dict())


def keep(work: Work, copies: Sequence[Copy], sound: Sound) -> Clip:
    """Move the files to their final names, then write the clip and its assets in one transaction.

    Raises NotOurs. Names follow from the content: after a crash between the two a second try lands on the
    same files.
    """
    _check_ours(work)
    names = {copy.kind: _name(work, copy) for copy in copies}
    for copy in copies:
        media.keep(copy.path, names[copy.kind])
    with transaction.atomic():
        task = Task.objects.select_for_update().get(pk=work.task_id)
        clip = _clip(task, work.item, sound)
        for copy in copies:
            Asset.objects.update_or_create(
                clip=clip,
                kind=copy.kind,
                defaults={
                    "name": names[copy.kind],
                    "content_type": copy.content_type,
                    "size": copy.size,
                    "sha256": copy.sha256,
                },
            )
        return clip


def _check_ours(work: Work) -> None:
    """The files of one song must not replace those of another, whatever id the provider names."""
    provider = Task.objects.values_list("provider", flat=True).get(pk=work.task_id)
    named = Clip.objects.filter(provider=provider, upstream_id=work.item.clip_id)
    if named.exclude(task_id=work.task_id).exists():
        raise NotOurs(f"The clip {work.item.clip_id} is another song already.")


def _name(work: Work, copy: Copy) -> str:
    return f"clips/{work.task_id}/{work.number}-{copy.kind}-{copy.sha256[:16]}.{copy.extension}"


def _clip(task: Task, item: Item, sound: Sound) -> Clip:
    params = task.params
    title = (
        params.get("title")
        or item.title
        or first_line(params.get("lyrics"))
        or params.get("sound")
        or "Untitled"
    )
    return Clip.objects.get_or_create(
        provider=task.provider,
        upstream_id=item.clip_id,
        defaults={
            "project": task.project,
            "task": task,
            "created_by": task.created_by,
            "title": title[:200],
            "sound": params.get("sound") or item.sound or "",
            "lyrics": item.lyrics or params.get("lyrics") or "",
            "model": (item.model or params.get("mv") or "")[:60],
            "seed": item.seed or params.get("seed") or "",
            "duration": sound.duration,
            "loudness": sound.loudness,
            "true_peak": sound.true_peak,
            "peaks": sound.peaks,
        },
    )[0]


@transaction.atomic
def finish(task_id: int) -> None:
    """All clips of the task are kept: it is done. A late song of a refunded task is simply there."""
    task = Task.objects.select_for_update().get(pk=task_id)
    Task.objects.filter(pk=task_id).update(archive_after=None, poll_failures=0)
    if task.status == Task.Status.ARCHIVING:
        tasks.move(task_id, Task.Status.DONE, reason="")
    else:
        Task.objects.filter(pk=task_id).update(version=F("version") + 1)


def due_archives() -> list[int]:
    """Tasks whose copy is due and that nobody has rung for."""
    return list(Task.objects.filter(archive_after__lte=db_now()).values_list("pk", flat=True)[:50])


def ring_due_archives() -> None:
    """Ring again for copies that nobody woke for 10 s."""
    now = db_now()
    for task_id in due_archives():
        fresh = Task.objects.filter(pk=task_id).exclude(woken_at__gt=now - timedelta(seconds=10))
        if fresh.update(woken_at=now):
            polls.ring_archive(task_id)
