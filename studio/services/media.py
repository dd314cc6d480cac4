"""Our own copies of the media: files below MEDIA_ROOT, each with a row in `Asset`."""

import os
import time
from pathlib import Path

from django.conf import settings

WATERMARK = 200 * 1024 * 1024  # bytes that must stay free


def incoming(name: str) -> Path:
    """Where a file is put together before it is kept; on the same file system as its final place."""
    folder = Path(settings.MEDIA_ROOT) / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name


def keep(path: Path, name: str) -> None:
    """Move a verified file to its final name, durably."""
    target = path_of(name)
    target.parent.mkdir(parents=True, exist_ok=True)
    path.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def path_of(name: str) -> Path:
    """Where the file of this name lies; the name comes from a row, never from a request."""
    return Path(settings.MEDIA_ROOT) / name


def accelerated(name: str) -> str:
    """Where nginx finds the file, or "" when the studio sends it itself."""
    return settings.X_ACCEL_PREFIX + name if settings.X_ACCEL_PREFIX else ""


def storage_is_full() -> bool:
    """Whether so little space is left that nothing more should be ordered."""
    folder = Path(settings.MEDIA_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    stats = os.statvfs(folder)
    return stats.f_bavail * stats.f_frsize < WATERMARK


def forget_parts() -> None:
    """Remove parts of files whose worker was killed a day ago. Looks once an hour."""
    folder = incoming("x").parent
    mark = folder.with_name("incoming.looked")
    now = time.time()
    if mark.exists() and now - mark.stat().st_mtime < 3600:
        return
    mark.touch()
    for path in folder.iterdir():
        if now - path.stat().st_mtime > 24 * 3600:
            path.unlink(missing_ok=True)
