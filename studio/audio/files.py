"""Write files that are either wholly there or not at all, also after a crash or a power cut."""

import hashlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO


def save(blocks: Iterable[bytes], target: Path) -> tuple[int, str]:
    """Write blocks to `target`, replacing what was there in one step; return size and hex SHA-256.

    The bytes first go to `.<random>.part` in the same folder, which must exist. When this returns, bytes
    and name are on the disk. If `blocks` raises, or the disk is full (OSError), nothing stays behind.
    """
    partial = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with partial.open("xb") as file:
            written = _write(blocks, file)
        partial.replace(target)
        _sync_folder(target.parent)
        return written
    finally:
        partial.unlink(missing_ok=True)


def seal(path: Path) -> tuple[int, str]:
    """Bring a finished file onto the disk; return its size and hex SHA-256."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()


def move(path: Path, target: Path, *, below: Path) -> None:
    """Give a file its final name, replacing what was there in one step. When this returns its bytes, its name
    and the folders that were made for it below `below` are on the disk."""
    _sync_file(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    path.replace(target)
    for folder in target.parents:
        _sync_folder(folder)
        if folder == below:
            break


def _sync_file(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _write(blocks: Iterable[bytes], file: BinaryIO) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    for block in blocks:
        file.write(block)
        digest.update(block)
        size += len(block)
    file.flush()
    os.fsync(file.fileno())
    return size, digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
