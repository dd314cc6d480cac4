"""Small pictures of large ones."""

import hashlib
from pathlib import Path
from typing import BinaryIO

from PIL import Image

THUMB_PIXELS = 160


def make_thumbnail(source: Path, target: Path) -> tuple[int, str]:
    """Write a square WebP of 160 pixels. Gives its size in bytes and its SHA-256 as hex.

    `source` has passed `verify.verify_image`, so that it is no bomb.
    """
    with Image.open(source) as picture:
        picture.thumbnail((THUMB_PIXELS, THUMB_PIXELS), Image.Resampling.LANCZOS)
        picture.convert("RGB").save(target, "WEBP", quality=80)
    data = target.read_bytes()
    return len(data), hashlib.sha256(data).hexdigest()


def size_of(picture: BinaryIO) -> tuple[int, int]:
    """Width and height in pixels, from the picture's first bytes; it has passed `verify.verify_image`."""
    with Image.open(picture) as opened:
        return opened.size
