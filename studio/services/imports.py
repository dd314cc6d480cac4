"""Files from people's disks: they come in parts, a worker looks through them, and they become clips. Free.

A part lies in the folder of incoming files until its clip is in the library, so that whoever is killed on the
way finds everything where it was. `received` is what is on the disk for certain.
"""

import fcntl
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django_q.tasks import async_task

from accounts.models import User
from studio.errors import Refusal
from studio.models import Import, Project
from studio.models.clock import db_now
from studio.services import media, quotas, spare
from studio.services.plain import one_line

JOB = "studio.jobs.take_in"
JOB_MAY_TAKE_S = 900
FORGET_AFTER = timedelta(days=3)  # what stopped coming
SAME_FILE_WITHIN = timedelta(days=1)
SHOWN = 100
MB = 1_000_000
LONGEST_NAME = 255

Status = Import.Status
FULL = "The studio's storage is full. An owner has to make room."
NOT_HERE = "It never came whole. Choose the file once more."


class NotTaken(Refusal):
    """What came can't be put behind what is there already, whatever it is."""

    field = "files"


class WrongOffset(Exception):
    """The part begins elsewhere than where the file is to go on: at `received`."""

    def __init__(self, received: int) -> None:
        super().__init__(f"{received} bytes are here")
        self.received = received


def part_of(key: uuid.UUID) -> Path:
    """Where the file is put together."""
    return media.incoming(f"{media.COMING}{key}")


def of(project: Project, user: User) -> QuerySet[Import]:
    """What this person brought into the project lately, newest first."""
    rows = Import.objects.filter(project=project, created_by=user, changed_at__gt=db_now() - FORGET_AFTER)
    return rows.select_related("clip").order_by("-pk")[:SHOWN]


# -- Coming ----------------------------------------------------------------------------------------


@transaction.atomic
def begin(*, project: Project, by: User, filename: str, size: int, fingerprint: str = "") -> Import:
    """Announce a file. The same file of the same person is the same row, so that it goes on after a break.

    What is wrong with the file itself is in the row's `problem`. Raises NotTaken when there is no room.
    """
    if media.storage_is_full():
        raise NotTaken(FULL)
    Project.objects.select_for_update().get(pk=project.pk)  # two windows announce it at once
    filename = one_line(PurePosixPath(filename.replace("\\", "/")).name, LONGEST_NAME) or "Recording"
    facts: dict[str, Any] = {"filename": filename, "size": size, "fingerprint": fingerprint}
    who = {"project": project, "created_by": by}
    if fingerprint and (known := _known(Import.objects.filter(**who, **facts))):
        return known
    problem = _why_not(project, size)
    state = {"status": Status.REFUSED, "problem": problem} if problem else {"due_at": db_now() + FORGET_AFTER}
    return Import.objects.create(**who, **facts, **state)


def _known(same: QuerySet[Import]) -> Import | None:
    """One that still comes goes on; one that has just come is not brought twice."""
    now = db_now()
    if coming := same.filter(status=Status.COMING).last():
        coming.received = min(coming.received, _size_of(part_of(coming.key)))
        coming.save(update_fields=["received", "changed_at"])
        return coming
    recent = same.filter(changed_at__gt=now - SAME_FILE_WITHIN)
    here = recent.filter(status=Status.DONE, clip__binned_at=None, clip__isnull=False)
    return recent.filter(status=Status.WAITING).last() or here.last()


def _why_not(project: Project, size: int) -> str:
    if size <= 0:
        return "This file is empty."
    if size > settings.IMPORT_MAX_BYTES:
        limit = settings.IMPORT_MAX_BYTES / MB
        return f"This file has {size / MB:,.1f} MB; at most {limit:,.0f} MB are taken."
    return quotas.why_full(project, more=size)


def append(row: Import, offset: int, part: bytes) -> None:
    """Put the next part behind what is there; with the last one the worker is rung for.

    Raises WrongOffset, NotTaken for more bytes than were announced, Import.DoesNotExist, OSError.
    """
    with _alone(row.key) as file:
        row.refresh_from_db()
        _believe_the_disk(row, os.fstat(file).st_size)
        if row.status != Status.COMING or offset != row.received:
            raise WrongOffset(row.received)
        if offset + len(part) > row.size:
            raise NotTaken("More bytes came than were announced. Choose the file once more.")
        if media.storage_is_full():
            raise NotTaken(FULL)
        _write(file, part, offset)
        _received(row, offset + len(part))


def bring(*, project: Project, by: User, filename: str, size: int, path: Path) -> Import:
    """Take a file that has come whole, and lies in the folder of incoming files. Raises NotTaken.

    Of one that is too long there is less at `path` than `size`, and it is refused.
    """
    row = begin(project=project, by=by, filename=filename, size=size)
    if row.status == Status.COMING:
        path.chmod(0o644)  # temporary files are for one person alone, and nginx is another one
        with path.open("rb+") as file:
            os.fsync(file.fileno())
        path.replace(part_of(row.key))
        _received(row, row.size)
    return row


@contextmanager
def _alone(key: uuid.UUID) -> Iterator[int]:
    """The open part, which nobody else writes to meanwhile. The lock ends with the process."""
    file = os.open(part_of(key), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        os.close(file)


def _believe_the_disk(row: Import, size: int) -> None:
    if row.status == Status.COMING and size < row.received:
        row.received = size
        row.save(update_fields=["received", "changed_at"])


def _write(file: int, part: bytes, offset: int) -> None:
    written = 0
    while written < len(part):
        written += os.pwrite(file, part[written:], offset + written)
    os.fsync(file)


@transaction.atomic
def _received(row: Import, received: int) -> None:
    whole, now = received == row.size, db_now()
    row.received, row.due_at = received, spare.first_due(Import, now) if whole else now + FORGET_AFTER
    row.status = Status.WAITING if whole else Status.COMING
    row.save(update_fields=["received", "due_at", "status", "changed_at"])
    if row.due_at == now:
        _ring(row.pk)


def _size_of(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


@transaction.atomic
def put_away(row: Import) -> None:
    """Take a file off the list that still comes or was not taken. What is in the library stays there."""
    gone, _ = Import.objects.filter(pk=row.pk, status__in=(Status.COMING, Status.REFUSED)).delete()
    if gone:
        transaction.on_commit(lambda: part_of(row.key).unlink(missing_ok=True))


# -- What waits ------------------------------------------------------------------------------------


def look_after() -> None:
    """Ring for what nobody works at, a few at a time, and give up what stopped coming."""
    now = db_now()
    stopped = Import.objects.filter(status=Status.COMING, due_at__lte=now).order_by("due_at")
    for pk in list(stopped.values_list("pk", flat=True)[:20]):
        refuse(pk, NOT_HERE)
    for pk in spare.take_due(Import, now):
        _ring(pk)


def refuse(import_id: int, why: str) -> None:
    """It does not become a clip; the sentence is shown beside it."""
    rows = Import.objects.filter(pk=import_id).exclude(status=Status.DONE)
    if rows.update(status=Status.REFUSED, problem=why[:300], due_at=None, changed_at=db_now()):
        key = Import.objects.values_list("key", flat=True).get(pk=import_id)
        transaction.on_commit(lambda: part_of(key).unlink(missing_ok=True))


def _ring(import_id: int) -> None:
    async_task(JOB, import_id, timeout=JOB_MAY_TAKE_S)
