"""The picture of a song that has none: shapes that follow from a key, always the same."""

import hashlib
import math
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageChops, ImageColor, ImageDraw

COVERS = (  # a ground and three inks
    ("#efe6d4", "#e4572e", "#2f6690", "#f2a541"),
    ("#e6e2d8", "#3a7d6b", "#e98a5b", "#e3c567"),
    ("#f0dcc8", "#9c4d6f", "#4d6a9c", "#e7a977"),
    ("#d9dfd6", "#44546a", "#c8553d", "#8fb8a6"),
)
# The lines across it, as components/_drawn_cover.html has them.
STAVE, STAVE_Y, STAVE_WIDTH, STAVE_OPACITY, REACH = "#f6f0e4", (42, 47, 52, 57), 1.4, 0.8, 80
FINER = 2  # drawn so many times as large, for smooth edges


@dataclass(frozen=True)
class Circle:
    cx: int
    cy: int
    r: int
    ink: str


@dataclass(frozen=True)
class Shapes:
    """On a square of 100 by 100: circles that darken one another, and a stave turned by `turn` degrees."""

    ground: str
    circles: tuple[Circle, ...]
    turn: int


def shapes(key: object) -> Shapes:
    """What the cover of this key is drawn of, on a square of 100; always the same for the same key."""
    digest = hashlib.sha256(str(key).encode()).digest()
    ground, *inks = COVERS[digest[10] % 4]
    circles = tuple(
        Circle(digest[n] % 80 + 10, digest[n + 1] % 80 + 10, digest[n + 2] % 24 + 16, inks[n // 3])
        for n in (0, 3, 6)
    )
    return Shapes(ground, circles, digest[9] % 180)


@lru_cache(maxsize=64)
def draw_cover(key: str, size: int) -> bytes:
    """The same shapes as a PNG of `size` by `size` pixels."""
    drawn = shapes(key)
    picture = Image.new("RGB", (size * FINER,) * 2, drawn.ground)
    for circle in drawn.circles:
        picture = ImageChops.multiply(picture, _layer(circle, picture.size))
    picture.paste(STAVE, mask=_stave(drawn.turn, picture.size))
    sent = BytesIO()
    picture.resize((size, size), Image.Resampling.LANCZOS).save(sent, "PNG")
    return sent.getvalue()


def _layer(circle: Circle, size: tuple[int, int]) -> Image.Image:
    layer = Image.new("RGB", size, "white")
    unit = size[0] / 100
    box = [(circle.cx - circle.r) * unit, (circle.cy - circle.r) * unit]
    box += [(circle.cx + circle.r) * unit, (circle.cy + circle.r) * unit]
    ImageDraw.Draw(layer).ellipse(box, fill=ImageColor.getrgb(circle.ink))
    return layer


def _stave(turn: int, size: tuple[int, int]) -> Image.Image:
    mask, unit, angle = Image.new("L", size, 0), size[0] / 100, math.radians(turn)
    along, across = (math.cos(angle), math.sin(angle)), (-math.sin(angle), math.cos(angle))
    for y in STAVE_Y:
        x0, y0 = 50 + (y - 50) * across[0], 50 + (y - 50) * across[1]
        ends = [
            ((x0 + way * REACH * along[0]) * unit, (y0 + way * REACH * along[1]) * unit) for way in (-1, 1)
        ]
        ImageDraw.Draw(mask).line(ends, fill=round(255 * STAVE_OPACITY), width=round(STAVE_WIDTH * unit))
    return mask
