"""What the SUCCESS of each operation brings, and how it gets into the library.

A song, or a recording that was taken in, becomes a clip. A video, another format or stems become files of the
clip that they were ordered for.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from studio.models import Asset, Clip, Task
from studio.models.tasks import first_line
from studio.music_api.types import Item, PollResult
from studio.services import bin, media, providers, search, takes, timings

Kind = Asset.Kind
IMPORT = "download"
FORMATS = {"mp3": Kind.MP3, "wav": Kind.WAV}
FROM_PROVIDER = "from the provider"
# What people thought of a song that has left the bin for good is nothing to one that is imported anew.
AS_NEW: dict[str, Any] = {
    **{"purged_at": None, "binned_at": None, "binned_by": None, "approved_at": None, "approved_by": None},
    **{"approved_guest": None},
    **{"rating": 0, "plays": 0, "has_video": False, "notes": ""},
}


class NotOurs(Exception):
    """What the provider names is, for now, no clip that this task may write to."""


@dataclass(frozen=True)
class Source:
    """One file to copy; `label` tells several of one kind apart."""

    kind: str
    url: str
    needed: bool  # without it the result is none
    label: str = ""


@dataclass(frozen=True)
class Work:
    """One item of a stored answer, and the files to copy for it. `clip_id` is the clip that they belong to;
    None: they become a new one."""

    task_id: int
    number: int
    item: Item
    clip_id: int | None
    sources: tuple[Source, ...]
    hosts: tuple[str, ...]
    origins: tuple[str, ...]
    token: str = field(repr=False)  # for addresses at those origins, where the provider wants to see it
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
    label: str = ""


@dataclass(frozen=True)
class Sound:
    """What was measured on our own copy of the master: seconds, LUFS, dBTP, and the waveform."""

    duration: float
    loudness: float
    true_peak: float
    peaks: bytes


def works_of(task: Task) -> list[Work]:
    """What is to be copied for the task's stored answer: one entry for each item."""
    assert task.answer is not None
    items = PollResult.from_dict(task.answer).items
    return [_work(task, number, item) for number, item in enumerate(items, 1)]


def _work(task: Task, number: int, item: Item) -> Work:
    provider = providers.named(task.provider)
    base_url, key = settings.PROVIDERS.get(task.provider, ("", ""))  # perhaps switched off meanwhile
    clip_id = _attaches_to(task, item)
    return Work(
        task_id=task.pk,
        number=number,
        item=item,
        clip_id=clip_id,
        sources=_sources(task, item, is_new=clip_id is None),
        hosts=(settings.MEDIA_HOSTS or provider.media_hosts) + _stem_hosts(item),
        origins=(base_url,) if base_url else (),
        token=key if provider.dialect == "useapi" else "",
        tries=task.poll_failures,
    )


def _attaches_to(task: Task, item: Item) -> int | None:
    """The clip that the result belongs to: the one it was ordered for, or one imported before."""
    if task.source_id or task.operation != IMPORT:
        return task.source_id if task.operation in ("video_clip", "download") else None
    named = {"provider": task.provider, "upstream_id": item.clip_id}
    ours = Clip.objects.filter(project=task.project, purged_at=None, **named)
    return ours.exclude(task=task).values_list("pk", flat=True).first()


def _sources(task: Task, item: Item, *, is_new: bool) -> tuple[Source, ...]:
    # Not needed one by one: their shape is nobody's promise, and what looks like a stem may be none.
    stems = tuple(Source(Kind.STEM, url, needed=False, label=name) for name, url in item.stems)
    if task.operation == "video_clip":
        return (Source(Kind.VIDEO, item.video_url or "", needed=True, label=task.params.get("preset", "")),)
    if not is_new and stems:
        return stems
    if not is_new:
        kind = FORMATS.get(item.format or task.params.get("format", ""), Kind.MP3)
        return (Source(kind, item.audio_url or "", needed=True, label=FROM_PROVIDER),)
    wanted = ((Kind.MASTER, item.audio_url), (Kind.WAV, item.wav_url), (Kind.COVER, item.image_url))
    return tuple(Source(kind, url, kind == Kind.MASTER) for kind, url in wanted if url) + stems


def _stem_hosts(item: Item) -> tuple[str, ...]:
    """Nobody says where stems lie (upstream.md 6), so they may come from any public https address."""
    return tuple({urlsplit(url).hostname or "" for _, url in item.stems} - {""})


# -- Into the library ------------------------------------------------------------------------------


def keep(work: Work, copies: Sequence[Copy], sound: Sound | None) -> Clip:
    """Move the files to their final names, then write the clip and its assets in one transaction.

    `sound` belongs to a new clip. Raises NotOurs. Names follow from the content: after a crash between the
    two a second try lands on the same files.
    """
    _check_ours(work)
    names = {copy.path: _name(work, copy) for copy in copies}
    for copy in copies:
        media.keep(copy.path, names[copy.path])
    with transaction.atomic():
        task = takes.lock_order(work.task_id)
        clip = _locked(_clip(task, work, sound))
        is_import = task.operation == IMPORT and task.source_id is None
        if is_import and clip.purged_at:
            raise NotOurs("The song has left the bin for good meanwhile.")
        for copy in copies:
            _write_asset(task, clip, copy, names[copy.path])
        _keep_original(task, clip)
        if work.clip_id is None:
            timings.keep_words(clip, work.item.words)
        search.index(clip)
        if is_import and clip.binned_at:
            bin.restore([clip.pk])  # somebody asks for it again
        return clip


def _check_ours(work: Work) -> None:
    """The files of one song must not replace those of another, whatever id the provider names."""
    if work.clip_id is not None:
        return
    provider = Task.objects.values_list("provider", flat=True).get(pk=work.task_id)
    named = Clip.objects.filter(provider=provider, upstream_id=work.item.clip_id, purged_at=None)
    if named.exclude(task_id=work.task_id).exists():
        raise NotOurs(f"The clip {work.item.clip_id} is another song already.")


def _name(work: Work, copy: Copy) -> str:
    which = f"{copy.kind}-{copy.label}" if copy.label else copy.kind  # two silent stems have the same bytes
    told_apart = hashlib.sha256(f"{which}-{copy.sha256}".encode()).hexdigest() if copy.label else copy.sha256
    return f"clips/{work.task_id}/{work.number}-{copy.kind}-{told_apart[:16]}.{copy.extension}"


def _write_asset(task: Task, clip: Clip, copy: Copy, name: str) -> None:
    """Once for each file of a task, also when it is kept again; never over the file of another task."""
    facts = {"content_type": copy.content_type, "size": copy.size, "sha256": copy.sha256, "name": name}
    mine = Asset.objects.filter(clip=clip, kind=copy.kind, task=task)
    if copy.kind == Kind.VIDEO:
        Clip.objects.filter(pk=clip.pk).update(has_video=True)
    if known := mine.filter(Q(name=name) | Q(label=copy.label)).first():
        Asset.objects.filter(pk=known.pk).update(**facts)
        return
    Asset.objects.create(clip=clip, kind=copy.kind, label=_free_label(clip, copy), task=task, **facts)


def _free_label(clip: Clip, copy: Copy) -> str:
    """The second video in one look is "modern 2"."""
    taken = set(Asset.objects.filter(clip=clip, kind=copy.kind).values_list("label", flat=True))
    labels = [copy.label, *(f"{copy.label} {number}".strip() for number in range(2, len(taken) + 3))]
    return next(label for label in labels if label not in taken)


def _keep_original(task: Task, clip: Clip) -> None:
    """The file that somebody uploaded stays beside what the provider made of it."""
    upload = getattr(task, "upload", None)
    if upload is None:
        return
    facts = {name: getattr(upload, name) for name in ("name", "content_type", "size", "sha256")}
    Asset.objects.update_or_create(clip=clip, kind=Kind.ORIGINAL, defaults={**facts, "task": task})


def _clip(task: Task, work: Work, sound: Sound | None) -> Clip:
    if work.clip_id is not None:
        return Clip.objects.get(pk=work.clip_id)
    assert sound is not None, "a new clip is measured"
    named = {"provider": task.provider, "upstream_id": work.item.clip_id}
    facts = _facts(task, work.item, sound)
    gone = Clip.objects.filter(purged_at__isnull=False, **named)
    if any(clip.assets.exists() for clip in gone.select_for_update()):
        raise NotOurs("The song's old files are being removed.")  # the new ones would go with them
    gone.update(**facts, **AS_NEW)  # asked for once more
    clip, _ = Clip.objects.get_or_create(**named, defaults=facts)
    if clip.task_id != task.pk:
        raise NotOurs(f"The clip {work.item.clip_id} is another song already.")
    return clip


def _locked(clip: Clip) -> Clip:
    """Two results may come at once, and somebody may empty the bin."""
    return Clip.objects.select_for_update(of=("self",)).get(pk=clip.pk)


def _facts(task: Task, item: Item, sound: Sound) -> dict[str, Any]:
    """The columns of a new clip."""
    params = task.params
    return {
        "project": task.project,
        "task": task,
        "operation": task.operation,
        **takes.place_of(task),
        "created_by": task.created_by,
        "title": _title(task, item)[:200],
        "sound": params.get("sound") or item.sound or params.get("instruction") or "",
        "lyrics": _lyrics(task, item),
        "model": (item.model or params.get("mv") or "")[:60],
        "seed": item.seed or params.get("seed") or "",
        "duration": sound.duration,
        "loudness": sound.loudness,
        "true_peak": sound.true_peak,
        "peaks": sound.peaks,
    }


def _lyrics(task: Task, item: Item) -> str:
    """With a new part the provider tells the words of the song before, or those of the part alone."""
    if task.operation == "replace_music" and task.lyric_revision:
        return task.lyric_revision.text
    return item.lyrics or task.params.get("lyrics") or ""


def _title(task: Task, item: Item) -> str:
    params = task.params
    upload = getattr(task, "upload", None)
    return (
        params.get("title")
        or (upload.title if upload else "")
        or item.title
        or (task.source.title if task.source else "")
        or first_line(params.get("lyrics"))
        or params.get("sound")
        or params.get("id")  # of an import, which comes without a word about the song
        or "Untitled"
    )
