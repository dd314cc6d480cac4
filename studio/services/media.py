"""The one door to stored media: in MEDIA_DIR or in a bucket, each file with a row that names it.

Names come from rows and never from a request. With a bucket every function here but `signed` calls it, which
may take seconds: never inside a transaction. What can't be done is an OSError; of a file that is not there a
FileNotFoundError, of a bucket that does not answer `Away`.
"""

import hashlib
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from django.conf import settings

from studio.models import Import
from studio.stores import Away
from studio.stores.folder import Folder

if TYPE_CHECKING:
    from studio.stores.bucket import Bucket

__all__ = ["Away"]

WATERMARK = 200 * 1024 * 1024  # bytes that must stay free
# A browser goes on asking there while a song plays; the player comes back to us for a fresh one.
SIGNED_SECONDS = 600
# Bytes. Browsers keep small pictures by our ETag; the address of a redirect is new each time.
SENT_BY_US = 64 * 1024
INCOMING = "incoming"
COMING = "import-"  # begins the names of files that come in parts, perhaps over days
BLOCK_BYTES = 1 << 20


def _store() -> "Folder | Bucket":
    return _bucket(tuple(settings.S3.items())) if settings.S3 else _folder()


def _folder() -> Folder:
    return Folder(Path(settings.MEDIA_ROOT))


@cache
def _bucket(options: tuple[tuple[str, str], ...]) -> "Bucket":
    from studio.stores.bucket import Bucket  # what it needs comes with the extra "s3"

    return Bucket(**dict(options))


# Two processes must not talk on one connection: a fork begins with none.
os.register_at_fork(after_in_child=_bucket.cache_clear)


# -- Files ----------------------------------------------------------------------------------------


def incoming(name: str) -> Path:
    """Where a file is put together before it is kept; on this machine, also with a bucket."""
    folder = Path(settings.MEDIA_ROOT) / INCOMING
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name


def keep(path: Path, name: str) -> None:
    """Move a verified file to its final name, durably. Raises OSError; then `path` is still there."""
    _store().keep(path, name)


def local(name: str) -> AbstractContextManager[Path]:
    """The file as one of this machine, for programs that want a path: only to read, and only meanwhile."""
    return _store().local(name, incoming(f"{uuid.uuid4().hex}{PurePosixPath(name).suffix}"))


def open_part(name: str, first: int, length: int) -> BinaryIO:
    """The file from byte `first` on, for `length` bytes; whoever asks closes it."""
    return _store().open(name, first, length)


def size(name: str) -> int | None:
    """The size in bytes; None when there is no such file."""
    return _store().size(name)


def exists(name: str) -> bool:
    """Whether there is such a file."""
    return size(name) is not None


def sha256(name: str) -> str:
    """The hex SHA-256 of the bytes as they lie there now."""
    digest = hashlib.sha256()
    with closing(open_part(name, 0, size(name) or 0)) as file:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def remove(name: str) -> None:
    """Remove a file; one that is gone already is no error."""
    _store().remove(name)


def names() -> Iterator[tuple[str, int]]:
    """Every file that is kept, with its size; without those that are still coming in.

    What is kept lies in a folder: beside those are only marks of when something was last looked at.
    """
    return (
        (name, size)
        for name, size in _store().names()
        if PurePosixPath(name).parts[0] not in (INCOMING, name)
    )


def path_of(name: str) -> Path:
    """Where the file of this name lies in MEDIA_DIR. Only for a studio that keeps them there."""
    assert not settings.S3, "files in a bucket have no path; see local()"
    return _folder().path_of(name)


# -- Sending --------------------------------------------------------------------------------------


def accelerated(name: str) -> str:
    """Where nginx finds the file, or "" when the studio sends it itself."""
    return settings.X_ACCEL_PREFIX + name if settings.X_ACCEL_PREFIX else ""


def is_redirected(size: int) -> bool:
    """Whether a browser fetches a file of this size from the bucket itself."""
    return bool(settings.S3 and settings.S3_REDIRECT and size > SENT_BY_US)


def signed(name: str, content_type: str, disposition: str) -> str:
    """The bucket's address of the file for the next minute. Nothing is called for it."""
    bucket = _bucket(tuple(settings.S3.items()))
    return bucket.signed(name, seconds=SIGNED_SECONDS, content_type=content_type, disposition=disposition)


# -- Room -----------------------------------------------------------------------------------------


def storage_is_full() -> bool:
    """Whether so little space is left that nothing more should be ordered. Of a bucket nobody knows, but
    every file goes through the folder of incoming ones."""
    folder = Path(settings.MEDIA_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    stats = os.statvfs(folder)
    return stats.f_bavail * stats.f_frsize < WATERMARK


def forget_parts() -> None:
    """Remove parts of files whose worker was killed a day ago, and of those that somebody stopped bringing;
    never one that is whole and waits for a worker. Looks once an hour."""
    folder = incoming("x").parent
    mark = folder.with_name("incoming.looked")
    now = time.time()
    if mark.exists() and now - mark.stat().st_mtime < 3600:
        return
    mark.touch()
    waiting = Import.objects.filter(status=Import.Status.WAITING).values_list("key", flat=True)
    whole = {f"{COMING}{key}" for key in waiting}
    for path in folder.iterdir():
        days = 4 if path.name.startswith(COMING) else 1
        if path.name not in whole and now - path.stat().st_mtime > days * 24 * 3600:
            path.unlink(missing_ok=True)
