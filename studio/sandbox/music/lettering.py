"""Titles on pictures: any characters, in the fonts that are there, in the room that is there."""

import unicodedata
from contextlib import suppress
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from .transliterate import latin

Font = ImageFont.ImageFont | ImageFont.FreeTypeFont
# Pillow's own font knows little but English, and looks the same everywhere; these are asked for the rest.
OTHERS = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "NotoSansCJK-Regular.ttc",
    "Arial Unicode.ttf",
    "msyh.ttc",
)
SIZES = (60, 50, 42, 34)
NOWHERE = "\U0010fffe"  # no font has it


@lru_cache(maxsize=64)
def font_of(name: str, size: int) -> Font:
    """Pillow's own font for an empty name. Raises OSError for a font that this machine does not have."""
    return ImageFont.truetype(name, size) if name else ImageFont.load_default(size)


@lru_cache(maxsize=1)
def _there() -> tuple[str, ...]:
    """The fonts of this machine that may be asked."""
    found = [""]
    for name in OTHERS:
        with suppress(OSError):
            font_of(name, SIZES[-1])
            found.append(name)
    return tuple(found)


def fitted(title: str, width: int, lines: int = 3) -> tuple[list[str], Font, int]:
    """A title in lines no wider than `width` pixels, its font, and the height of a line."""
    name, text = _shown(title)
    for size in SIZES:
        font = font_of(name, size)
        wrapped = _wrapped(text, font, width)
        if len(wrapped) <= lines:
            break
    else:
        wrapped = [*wrapped[: lines - 1], _cut(wrapped[lines - 1] + "...", font, width)]
    return wrapped, font, round(size * 1.25)


def write(
    picture: Image.Image,
    place: tuple[int, int],
    title: str,
    width: int,
    colour: str,
    anchor: str,
    lines: int = 3,
) -> None:
    """Letter a title onto a picture; `anchor` says which point of it is at `place`: `ls`, `ms` and so on.

    The last line stands on `place`; those before it go above.
    """
    wrapped, font, height = fitted(title, width, lines)
    draw = ImageDraw.Draw(picture)
    for number, line in enumerate(reversed(wrapped)):
        draw.text((place[0], place[1] - number * height), line, colour, font, anchor)


def _shown(title: str) -> tuple[str, str]:
    """The font that has most characters of a title, and the title without what it has not."""
    text = " ".join(unicodedata.normalize("NFC", "".join(map(_printable, title[:300]))).split())
    best = max(_there(), key=lambda name: sum(_has(name, char) for char in text))
    shown = "".join(char if _has(best, char) else _instead(char) for char in text)
    return best, " ".join(shown.split())


def _printable(char: str) -> str:
    """No control characters, no halves of characters, no signs that turn the direction of writing."""
    kind = unicodedata.category(char)
    return " " if kind in ("Cc", "Zl", "Zp") else "" if kind[0] == "C" else char


@lru_cache(maxsize=4096)
def _has(name: str, char: str) -> bool:
    font = font_of(name, SIZES[-1])
    return char == " " or bytes(font.getmask(char)) != bytes(font.getmask(NOWHERE))


def _instead(char: str) -> str:
    """Latin letters for a letter that the font has not; nothing for signs."""
    letters = latin(char)
    return letters.capitalize() if char.isupper() else letters


def _wrapped(text: str, font: Font, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width:
            lines[-1] = longer
            continue
        lines.append(word)
        while font.getlength(lines[-1]) > width:
            head = _fitting(lines[-1], font, width)
            lines[-1:] = [head, lines[-1][len(head) :]]
    return [line for line in lines if line]


def _fitting(word: str, font: Font, width: int) -> str:
    """As many characters of a word as fit, one at least."""
    count = 1
    while count < len(word) and font.getlength(word[: count + 1]) <= width:
        count += 1
    return word[:count]


def _cut(line: str, font: Font, width: int) -> str:
    while font.getlength(line) > width and len(line) > 4:
        line = line[:-4] + "..."
    return line
