"""Finds the bytes of a media address. Like the vendor's CDN it asks for no key."""

import re
from dataclasses import dataclass
from pathlib import Path

CONTENT_TYPES = {".m4a": "audio/mp4", ".wav": "audio/wav", ".jpg": "image/jpeg"}
# The names that renders write; no other path reaches the file system.
NAME = re.compile(r"/media/([0-9a-f-]{36}(?:\.m4a|-wav\.wav|-img\.jpg))")


@dataclass(frozen=True)
class Part:
    """`length` bytes of a file from `start` on, and the HTTP answer that carries them."""

    path: Path
    start: int
    length: int
    status: int
    headers: dict[str, str]


def find(folder: Path, url_path: str, range_header: str | None) -> Part | None:
    """The part of a file that a request asks for, None when there is no such file.

    One range is answered 206, or 416 with length 0 when it lies outside; several, or none, 200 with the whole.
    """
    name = NAME.fullmatch(url_path)
    path = folder / name[1] if name else None
    if path is None or not path.is_file():
        return None
    size = path.stat().st_size
    headers = {"Content-Type": CONTENT_TYPES[path.suffix], "Accept-Ranges": "bytes"}
    wanted = _wanted(range_header or "", size)
    if wanted is None:
        return Part(path, 0, size, 200, headers)
    first, last = wanted
    if first > last:
        return Part(path, 0, 0, 416, {**headers, "Content-Range": f"bytes */{size}"})
    return Part(
        path, first, last - first + 1, 206, {**headers, "Content-Range": f"bytes {first}-{last}/{size}"}
    )


def _wanted(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a single range, first > last when there is none to give; None: the whole file."""
    match = re.fullmatch(r"bytes=([0-9]{1,18})?-([0-9]{1,18})?", header.strip())
    if not match or match[0] == "bytes=-":
        return None
    if match[1] is None:
        return max(0, size - int(match[2])), size - 1
    first, last = int(match[1]), int(match[2] or size)
    if last < first:
        return None  # nonsense is ignored, as RFC 9110 asks
    return first, min(last, size - 1)
