"""The shapes of the covers, one function per family. Coordinates are shares of the side, 0-1."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from PIL import ImageDraw

SIDE = 2048


@dataclass(frozen=True)
class Canvas:
    """Where to draw, with what chance, energy 0-1 and colours."""

    draw: ImageDraw.ImageDraw
    die: Random
    energy: float
    ink: str
    tone: str
    accent: str
    paper: str

    def disc(self, x: float, y: float, radius: float, fill: str) -> None:
        box = [(x - radius) * SIDE, (y - radius) * SIDE, (x + radius) * SIDE, (y + radius) * SIDE]
        self.draw.ellipse(box, fill=fill)

    def ring(self, x: float, y: float, radius: float, width: float, fill: str) -> None:
        box = [(x - radius) * SIDE, (y - radius) * SIDE, (x + radius) * SIDE, (y + radius) * SIDE]
        self.draw.ellipse(box, outline=fill, width=max(1, round(width * SIDE)))

    def wedge(self, x: float, y: float, radius: float, start: float, end: float, fill: str) -> None:
        box = [(x - radius) * SIDE, (y - radius) * SIDE, (x + radius) * SIDE, (y + radius) * SIDE]
        self.draw.pieslice(box, start, end, fill=fill)

    def shape(self, points: list[tuple[float, float]], fill: str) -> None:
        self.draw.polygon([(x * SIDE, y * SIDE) for x, y in points], fill=fill)

    def block(self, left: float, top: float, right: float, bottom: float, fill: str) -> None:
        self.draw.rectangle([left * SIDE, top * SIDE, right * SIDE, bottom * SIDE], fill=fill)

    def line(self, points: list[tuple[float, float]], width: float, fill: str) -> None:
        self.draw.line(
            [(x * SIDE, y * SIDE) for x, y in points], fill, max(1, round(width * SIDE)), joint="curve"
        )


def discs(canvas: Canvas) -> None:
    """Three discs, one over the other, one of them cut."""
    x, y = canvas.die.uniform(0.34, 0.46), canvas.die.uniform(0.36, 0.46)
    canvas.disc(x, y, 0.24, canvas.tone)
    canvas.disc(x + 0.2, y + 0.14, 0.2, canvas.accent)
    turn = canvas.die.choice((0, 45, 90, 135))
    canvas.wedge(x + 0.1, y + 0.26, 0.17, turn, turn + 180, canvas.ink)


def shards(canvas: Canvas) -> None:
    """Leaning splinters that meet at the foot."""
    count = 5 + round(4 * canvas.energy)
    accent = canvas.die.randrange(1, count - 1)
    for number in range(count):
        x = 0.14 + 0.72 * number / count
        top, lean = canvas.die.uniform(0.12, 0.45), canvas.die.uniform(0.02, 0.16)
        fill = canvas.accent if number == accent else canvas.die.choice((canvas.ink, canvas.ink, canvas.tone))
        canvas.shape([(x, 0.84), (x + lean, top), (x + lean + 0.035, top + 0.04), (x + 0.075, 0.84)], fill)


def hills(canvas: Canvas) -> None:
    """A low sun and three lines of hills."""
    canvas.disc(canvas.die.uniform(0.3, 0.7), 0.4, 0.14, canvas.accent)
    for number, fill in enumerate((canvas.tone, canvas.ink)):
        phase, width = canvas.die.uniform(0, 6), canvas.die.uniform(1.2, 2.2)
        base = 0.56 + 0.14 * number
        ridge = [(i / 60, base + 0.055 * math.sin(phase + width * math.tau * i / 60)) for i in range(61)]
        canvas.shape([*ridge, (1, 1), (0, 1)], fill)
    for number in range(4):
        canvas.line(
            [(0.08, 0.84 + 0.03 * number), (0.3 + canvas.die.uniform(0, 0.3), 0.84 + 0.03 * number)],
            0.0025,
            canvas.paper,
        )


def keys(canvas: Canvas) -> None:
    """Upright blocks off their grid, like keys in a window at night."""
    x = 0.13
    while x < 0.8:
        width, top = canvas.die.choice((0.03, 0.05, 0.08)), canvas.die.uniform(0.16, 0.42)
        fill = canvas.die.choice((canvas.ink, canvas.ink, canvas.tone))
        canvas.block(x, top, x + width, top + canvas.die.uniform(0.2, 0.4), fill)
        x += width + canvas.die.choice((0.012, 0.03, 0.05))
    canvas.disc(canvas.die.uniform(0.3, 0.7), canvas.die.uniform(0.66, 0.74), 0.085, canvas.accent)


def window(canvas: Canvas) -> None:
    """A window with an evening in it and thin rain."""
    canvas.block(0.24, 0.16, 0.76, 0.8, canvas.ink)
    canvas.disc(canvas.die.uniform(0.38, 0.62), canvas.die.uniform(0.34, 0.5), 0.1, canvas.accent)
    for _ in range(26):
        x, y = canvas.die.uniform(0.27, 0.73), canvas.die.uniform(0.2, 0.7)
        canvas.line([(x, y), (x - 0.012, y + 0.05)], 0.0018, canvas.tone)
    canvas.block(0.494, 0.16, 0.506, 0.8, canvas.paper)
    canvas.block(0.24, 0.474, 0.76, 0.486, canvas.paper)


def moon(canvas: Canvas) -> None:
    """A disc that dissolves into lines as in still water."""
    x, radius = canvas.die.uniform(0.42, 0.58), 0.22
    canvas.disc(x, 0.36, radius, canvas.accent if canvas.die.random() < 0.5 else canvas.tone)
    for number in range(15):
        y = 0.4 + 0.033 * number
        half = radius * (1.25 - 0.05 * number) * canvas.die.uniform(0.7, 1.1)
        shift = canvas.die.uniform(-0.04, 0.04)
        canvas.line([(x - half + shift, y), (x + half + shift, y)], 0.004 + 0.0006 * number, canvas.ink)


def peaks(canvas: Canvas) -> None:
    """Mountains before a large disc."""
    canvas.disc(canvas.die.uniform(0.4, 0.6), 0.42, 0.23, canvas.accent)
    for number, fill in enumerate((canvas.tone, canvas.ink)):
        points, x = [(0.0, 1.0), (0.0, 0.75)], 0.0
        while x < 1:
            step = canvas.die.uniform(0.1, 0.2)
            points.append((x + step / 2, canvas.die.uniform(0.46, 0.6) + 0.14 * number))
            points.append((x + step, canvas.die.uniform(0.64, 0.74) + 0.12 * number))
            x += step
        canvas.shape([*points, (1.0, 1.0)], fill)


def dots(canvas: Canvas) -> None:
    """A grid of dots that a wave runs through."""
    rows, phase, speed = 13, canvas.die.uniform(0, 6), canvas.die.uniform(0.5, 1.1)
    marked = (canvas.die.randrange(3, 10), canvas.die.randrange(3, 10))
    for row in range(rows):
        for column in range(rows):
            wave = math.sin(phase + speed * column + 0.45 * row) + math.sin(0.6 * row - phase)
            radius = 0.006 + 0.0095 * (wave + 2) / 2 * (0.6 + 0.6 * canvas.energy)
            at = (0.14 + 0.06 * column, 0.14 + 0.06 * row)
            canvas.disc(
                *at,
                0.034 if (row, column) == marked else radius,
                canvas.accent if (row, column) == marked else canvas.ink,
            )


def stripes(canvas: Canvas) -> None:
    """Fast diagonal lines, broken where a disc passes."""
    x, y = canvas.die.uniform(0.4, 0.62), canvas.die.uniform(0.4, 0.6)
    for number in range(34):
        start = -0.6 + 0.05 * number
        length, begin = canvas.die.uniform(0.25, 0.95), canvas.die.uniform(0, 0.4)
        ends = [(start + begin, 1 - begin), (start + begin + length, 1 - begin - length)]
        canvas.line(
            ends, canvas.die.choice((0.004, 0.008, 0.014)), canvas.die.choice((canvas.ink, canvas.tone))
        )
    canvas.block(0.8, 0.9, 1, 1, canvas.paper)
    canvas.disc(x, y, 0.2, canvas.paper)
    canvas.disc(x, y, 0.15, canvas.accent)


def blocks(canvas: Canvas) -> None:
    """A few heavy blocks and a quarter of a record."""
    cell = 0.18
    accent = canvas.die.randrange(9)
    for number in range(16):
        x, y = 0.14 + cell * (number % 4), 0.14 + cell * (number // 4)
        kind = canvas.die.randrange(4)
        fill = canvas.accent if number == accent else (canvas.ink, canvas.tone)[canvas.die.random() < 0.35]
        if kind == 0:
            canvas.block(x, y, x + cell, y + cell, fill)
        elif kind == 1:
            corner = canvas.die.randrange(4)
            canvas.wedge(
                x + cell * (corner in (1, 2)),
                y + cell * (corner > 1),
                cell,
                corner * 90,
                corner * 90 + 90,
                fill,
            )
        elif kind == 2 or number == accent:
            canvas.disc(x + cell / 2, y + cell / 2, cell / 2, fill)


def rays(canvas: Canvas) -> None:
    """Half a sun with its rays on a horizon."""
    x, count = canvas.die.uniform(0.42, 0.58), 9 + 2 * canvas.die.randrange(3)
    for number in range(count):
        angle = math.pi * (number + 0.5) / count
        reach = 0.42 if number % 2 else 0.34
        spread = 0.055
        tips = [
            (x - reach * math.cos(angle + s), 0.66 - reach * math.sin(angle + s)) for s in (-spread, spread)
        ]
        canvas.shape([(x, 0.66), *tips], canvas.ink if number % 2 else canvas.tone)
    canvas.disc(x, 0.66, 0.15, canvas.accent)
    canvas.block(0, 0.66, 1, 1, canvas.paper)
    for number in range(4):
        canvas.block(
            0.14 + 0.04 * number,
            0.7 + 0.045 * number,
            0.86 - 0.04 * number,
            0.708 + 0.045 * number,
            canvas.ink,
        )


def ribbons(canvas: Canvas) -> None:
    """Bands that swing together."""
    phase, width = canvas.die.uniform(0, 6), 0.052
    colours = (canvas.ink, canvas.tone, canvas.accent, canvas.tone, canvas.ink)
    for number, colour in enumerate(colours):
        base = 0.28 + 0.085 * number
        wave = [
            (i / 80 * 1.04 - 0.02, base + (0.1 + 0.05 * canvas.energy) * math.sin(phase + math.tau * i / 62))
            for i in range(81)
        ]
        canvas.line(wave, width, colour)


MOTIFS: dict[str, Callable[[Canvas], None]] = {
    "pop": discs,
    "rock": shards,
    "folk": hills,
    "jazz": keys,
    "lo-fi": window,
    "ambient": moon,
    "cinematic": peaks,
    "techno": dots,
    "drum & bass": stripes,
    "hip-hop": blocks,
    "reggae": rays,
    "funk": ribbons,
}
