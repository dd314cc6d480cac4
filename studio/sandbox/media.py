"""Finds the bytes of a media address. Like the vendor's CDN it asks for no key."""

import re
from dataclasses import dataclass
from pathlib import Path

from studio.audio.ranges import Unsatisfiable, byte_range

CONTENT_TYPES = {
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".mp4": "video/mp4",
    ".jpg": "image/jpeg",
}
# The names that works write, such as <clip id>-video-modern.mp4; no other path reaches the file system.
NAME = re.compile(r"/media/([0-9a-f-]{36}(?:-[a-z0-9]+){0,2}\.(?:m4a|mp3|wav|mp4|jpg))")


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

    One range is answered 206, or 416 without bytes when it lies outside the file; several are ignored.
    """
    name = NAME.fullmatch(url_path)
    path = folder / name[1] if name else None
    if path is None or not path.is_file():
        return None
    size = path.stat().st_size
    headers = {"Content-Type": CONTENT_TYPES[path.suffix], "Accept-Ranges": "bytes"}
    try:
        wanted = byte_range(range_header or "", size)
    except Unsatisfiable:
        return Part(path, 0, 0, 416, {**headers, "Content-Range": f"bytes */{size}"})
    if wanted is None:
        return Part(path, 0, size, 200, headers)
    first, last = wanted
    headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return Part(path, first, last - first + 1, 206, headers)
