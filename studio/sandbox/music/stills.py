"""The still pictures of a video: what stands behind, and the strips that move over it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from .lettering import font_of, write

WIDTH, HEIGHT = 1280, 720
SIGNAL = "#e4572e"
PAPER, INK, GREY = "#f4efe6", "#26231f", "#c9c1b4"
NIGHT, CARD, WHITE, SOFT = "#17181c", "#232529", "#f2f0ec", "#a5a29c"
DULL = 110 * 140  # strength times light: what is less makes no accent
BAR, GAP = 6, 4
PLAYER_WAVE = (500, 350, 700, 120)  # left, top, width, height


@dataclass(frozen=True)
class Cover:
    """A song's picture, 720 pixels square, and the strongest of its colours."""

    picture: Image.Image
    accent: str

    def at(self, size: int) -> Image.Image:
        return self.picture.resize((size, size), Image.Resampling.LANCZOS)


def open_cover(path: Path) -> Cover:
    """Raises OSError for what is no picture."""
    with Image.open(path) as opened:
        picture = ImageOps.fit(opened.convert("RGB"), (HEIGHT, HEIGHT))
    pixels = np.asarray(picture.resize((60, 60)).convert("HSV"), dtype=np.int64).reshape(-1, 3)
    force = pixels[:, 1] * pixels[:, 2]
    strong = np.argsort(force, kind="stable")[len(force) * 97 // 100]
    hue = pixels[strong] if force[strong] > DULL else None
    return Cover(picture, SIGNAL if hue is None else _hex(hue))


def _hex(pixel: np.ndarray) -> str:
    hue, strength, light = (int(value) for value in pixel)
    return "#" + Image.new("HSV", (1, 1), (hue, strength, light)).convert("RGB").tobytes().hex()


def simple(cover: Cover, title: str) -> Image.Image:
    """The cover on the left, the title beside it, room for the wave below the title."""
    still = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    still.paste(cover.at(480), (80, 120))
    ImageDraw.Draw(still).rectangle((79, 119, 560, 600), outline=GREY)
    write(still, (620, 350), title, 580, INK, "ls")
    return still


def modern(cover: Cover, title: str) -> Image.Image:
    """The cover in the middle of its own blurred shadow, the title under it; the wave runs below."""
    ground = ImageOps.fit(cover.at(180), (WIDTH // 4, HEIGHT // 4)).filter(ImageFilter.GaussianBlur(9))
    still = ImageEnhance.Brightness(ground.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)).enhance(0.34)
    still.paste(cover.at(310), ((WIDTH - 310) // 2, 44), _rounded(310, 18))
    write(still, (WIDTH // 2, 506), title, 1120, WHITE, "ms", lines=2)
    return still


def player(cover: Cover, title: str, seconds: float) -> Image.Image:
    """A card like that of a music player: cover, title, the whole song as a wave, time and buttons."""
    still = Image.new("RGB", (WIDTH, HEIGHT), NIGHT)
    draw = ImageDraw.Draw(still)
    draw.rounded_rectangle((40, 140, 1240, 580), 24, CARD)
    still.paste(cover.at(360), (90, 180), _rounded(360, 14))
    write(still, (500, 300), title, 690, WHITE, "ls", lines=2)
    left, top, width, height = PLAYER_WAVE
    draw.text((left + width, top + height + 34), clock(seconds), SOFT, font_of("", 24), "rs")
    buttons = _buttons(cover.accent)
    still.paste(buttons, (left + (width - buttons.width) // 2, top + height + 8))
    return still


def _buttons(accent: str) -> Image.Image:
    """Back, pause and forward, drawn large and made small for smooth edges."""
    scale = 4
    drawn = Image.new("RGB", (180 * scale, 36 * scale), CARD)
    draw = ImageDraw.Draw(drawn)
    for left in (78, 94):
        draw.rectangle([scale * part for part in (left, 4, left + 8, 32)], accent)
    for middle, side in ((22, -1), (158, 1)):
        tip = middle + side * 10
        draw.polygon(
            [(scale * x, scale * y) for x, y in ((tip, 18), (tip - side * 22, 6), (tip - side * 22, 30))],
            SOFT,
        )
        draw.rectangle([scale * part for part in (tip - 2, 6, tip + 2, 30)], SOFT)
    return drawn.resize((180, 36), Image.Resampling.LANCZOS)


def bars(levels: bytes, size: tuple[int, int], colour: str, ground: str, start: int = 0) -> Image.Image:
    """A wave as bars from `start` on, one for each level of 0-255; the rest of the strip is ground."""
    strip = Image.new("RGB", size, ground)
    draw = ImageDraw.Draw(strip)
    for number, level in enumerate(levels):
        half = max(2, level * (size[1] // 2) // 256)
        left, middle = start + number * (BAR + GAP), size[1] // 2
        draw.rectangle((left, middle - half, left + BAR - 1, middle + half - 1), colour)
    return strip


def times(count: int) -> Image.Image:
    """The times 0:00, 0:01 ... one under the other, 100 x 32 pixels each."""
    column = Image.new("RGB", (100, 32 * count), CARD)
    draw = ImageDraw.Draw(column)
    for number in range(count):
        draw.text((0, 32 * number + 26), clock(number), WHITE, font_of("", 24), "ls")
    return column


def clock(seconds: float) -> str:
    """Minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def _rounded(size: int, radius: int) -> Image.Image:
    mask = Image.new("L", (size * 2, size * 2))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, size * 2 - 1, size * 2 - 1), radius * 2, 255)
    return mask.resize((size, size), Image.Resampling.LANCZOS)
