"""How a file that has come whole gets into the library: who looks through it, and what is written."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path, PurePosixPath

from django.db import transaction
from django.db.models import F

from studio.models import Asset, Clip, Import
from studio.models.clock import db_now
from studio.services import imports, media, search, spare
from studio.services.plain import many_lines, one_line
from studio.services.results import Copy, Sound

LEASE = timedelta(seconds=45)  # renewed while the work goes on
LATER = timedelta(minutes=1)
TRIES = 3
LONGEST_TITLE, LONGEST_LINE, LONGEST_TEXT = 200, 200, 20_000
LONGEST_NOTES = 10_000  # as many as can be typed
TOO_HARD = "It could not be looked through on this machine."

Status = Import.Status


@dataclass(frozen=True)
class Work:
    """A file to look through; it lies at `path`, and is left there."""

    import_id: int
    key: uuid.UUID
    path: Path


@dataclass(frozen=True)
class Words:
    """What the file says of itself, untouched."""

    title: str
    artist: str
    lyrics: str
    comment: str


@transaction.atomic
def claim(import_id: int) -> Work | None:
    """Take it, and count the try before it is made. None when it is not due, or done."""
    now = db_now()
    waiting = Import.objects.filter(pk=import_id, status=Status.WAITING, due_at__lte=now)
    row = waiting.select_for_update().first()
    if row is None:
        return None
    if row.claims >= TRIES:
        imports.refuse(row.pk, TOO_HARD)
        return None
    if not spare.room(Import, now, rung=False):
        spare.put_back(Import, row.pk, now)
        return None
    Import.objects.filter(pk=row.pk).update(claims=F("claims") + 1, due_at=now + LEASE)
    return Work(row.pk, row.key, imports.part_of(row.key))


def renew(import_id: int) -> None:
    """The work goes on: nobody else needs to start it."""
    now = db_now()
    Import.objects.filter(pk=import_id, due_at__gt=now, status=Status.WAITING).update(due_at=now + LEASE)


def later(import_id: int) -> None:
    """The storage did not take it, which says nothing about the file: it waits there as long as it takes."""
    waiting = Import.objects.filter(pk=import_id, status=Status.WAITING)
    waiting.update(claims=0, due_at=db_now() + LATER)


def keep(work: Work, copies: Sequence[Copy], sound: Sound, words: Words) -> None:
    """Move the files to their final names, then write the clip and its assets in one transaction.

    Names follow from the content: after a crash between the two a second try lands on the same files.
    """
    names = {copy.path: _name(work, copy) for copy in copies}
    for copy in copies:
        media.keep(copy.path, names[copy.path])
    if not _record(work, copies, names, sound, words):
        for name in names.values():
            media.remove(name)
    work.path.unlink(missing_ok=True)


def _name(work: Work, copy: Copy) -> str:
    return f"clips/brought/{work.import_id}-{copy.kind}-{copy.sha256[:16]}.{copy.extension}"


@transaction.atomic
def _record(work: Work, copies: Sequence[Copy], names: dict[Path, str], sound: Sound, words: Words) -> bool:
    """False when it was put away meanwhile."""
    row = Import.objects.select_for_update().filter(pk=work.import_id).first()
    if row is None:
        return False
    if row.status == Status.DONE:  # another run was quicker, with the same files
        return True
    clip = _clip(row, sound, words)
    for copy in copies:
        facts = {"content_type": copy.content_type, "size": copy.size, "sha256": copy.sha256}
        Asset.objects.create(clip=clip, kind=copy.kind, name=names[copy.path], **facts)
    row.status, row.problem, row.clip, row.due_at = Status.DONE, "", clip, None
    row.save(update_fields=["status", "problem", "clip", "due_at", "changed_at"])
    search.index(clip)
    return True


def _clip(row: Import, sound: Sound, words: Words) -> Clip:
    stem = one_line(PurePosixPath(row.filename).stem, LONGEST_TITLE)
    return Clip.objects.create(
        project_id=row.project_id,
        created_by_id=row.created_by_id,
        title=one_line(words.title, LONGEST_TITLE) or stem or "Recording",
        sound=one_line(words.artist, LONGEST_LINE),  # there is no other place for who it is by
        lyrics=many_lines(words.lyrics, LONGEST_TEXT),
        notes=many_lines(words.comment, LONGEST_NOTES),
        duration=sound.duration,
        loudness=sound.loudness,
        true_peak=sound.true_peak,
        peaks=sound.peaks,
    )
