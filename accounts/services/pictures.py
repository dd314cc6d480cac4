"""A small square picture of whatever a person brought, or a plain word why not."""

import hashlib
from io import BytesIO
from threading import Lock

from PIL import Image, ImageOps

SIDE = 256
MOST_PIXELS = 40_000_000
MOST_OF_WEBP = 16_000_000  # whose decoder needs five times as much
MOST_SCANS = 64  # of a JPEG: usual ones have about ten, and each costs as much as the whole picture
FORMATS = ("PNG", "JPEG", "WEBP")

TOO_LARGE = "This picture has more than {} million pixels. Make it smaller and bring it again."
NOT_ONE = "This is no picture that can be read. Bring a PNG, a JPEG or a WebP."

_one_at_a_time = Lock()  # a large one takes 250 MB while it is open


class BadPicture(Exception):
    """What is wrong with it, for the person who brought it."""


def square(content: bytes) -> bytes:
    """A WebP of 256 × 256 pixels, cut from the middle, upright, and without anything that the file said
    about the person. Raises BadPicture."""
    if content.count(b"\xff\xda") > MOST_SCANS and content.startswith(b"\xff\xd8"):
        raise BadPicture(NOT_ONE)
    try:
        with _one_at_a_time, Image.open(BytesIO(content), formats=FORMATS) as picture:
            return _square(picture)
    except BadPicture:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadPicture(TOO_LARGE.format(MOST_PIXELS // 1_000_000)) from error
    except Exception as error:  # a broken file makes Pillow raise whatever comes
        raise BadPicture(NOT_ONE) from error


def _square(picture: Image.Image) -> bytes:
    most = MOST_OF_WEBP if picture.format == "WEBP" else MOST_PIXELS
    if picture.width * picture.height > most:
        raise BadPicture(TOO_LARGE.format(most // 1_000_000))
    picture.draft("RGB", (2 * SIDE, 2 * SIDE))  # a large JPEG is opened smaller
    upright = ImageOps.exif_transpose(_middle(picture))
    flat = Image.new("RGB", upright.size, "white")
    whole = upright.convert("RGBA")
    flat.paste(whole, mask=whole.getchannel("A"))
    small = ImageOps.fit(flat, (SIDE, SIDE), Image.Resampling.LANCZOS)
    out = BytesIO()
    small.save(out, "WEBP", quality=80)
    return out.getvalue()


def _middle(picture: Image.Image) -> Image.Image:
    """Its middle square; of a large one every second pixel or fewer, since each copy of all is as large."""
    side = min(picture.size)
    every = max(1, side // (4 * SIDE))
    kept = side // every
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    box = (left, top, left + kept * every, top + kept * every)
    return picture.resize((kept, kept), Image.Resampling.NEAREST, box=box)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
