"""Tunes: a contour and a rhythm for each phrase of a section, made from one small cell.

A tune belongs to a kind of section, not to a place in the song: every chorus has the same one,
whatever its words are. Words and instruments both read it.
"""

from dataclasses import dataclass
from functools import lru_cache
from random import Random

from .chance import dice
from .form import SLOTS
from .harmony import Chord, nearest, scale_pitches
from .style import Style

# Four slots, in scale steps against the first: said, turned, leapt, fallen, risen.
CELLS = (
    (0, 0, 1, 0), (0, 1, 2, 1), (0, -1, 0, 1), (0, 2, 1, 0), (0, 0, -1, 0), (0, 1, 2, 3),
    (0, 1, 0, -1), (0, 0, 2, 1), (0, -1, -2, 0), (0, 2, 1, -1), (0, 0, 0, 1), (0, 1, -1, 0),
)  # fmt: skip
SHAPES = {
    "verse": ((0, 1, 1, 0), (0, 0, 1, -1), (1, 0, 2, 0), (0, 1, -1, 0)),
    "chorus": ((2, 4, 3, 1), (4, 3, 2, 0), (3, 2, 4, 2), (2, 3, 5, 2)),
    "bridge": ((0, 2, 3, 4), (1, 2, 3, 5), (4, 2, 3, 1)),
}
ORDERS = {"verse": ("ABAC", "AABC", "ABAB"), "chorus": ("ABAC", "AABA", "AAAB"), "bridge": ("ABAB", "AABB")}
# Which sixteenth-of-a-phrase slots carry notes; the strokes of short and long that make a rhythm hum.
RHYTHMS = (
    "x.xxx.x.x.xxx...", "x.x.xxx.x.x.x...", "xx.xx.xxx..x....", "..xxx.x.x.xxx...", "x..x..x.x..x..x.",
    "x.xxx.xxx.x.x...", "..x.xxx...x.xx..", "x..xx.x.x..xx...", "xxx.x.x.xx..x...",
)  # fmt: skip
LAZY_RHYTHMS = ("x...x.x.x.......", "x.....x.x...x...", "x...x...x.x.....", "..x.x...x...x...")
STRENGTH = (1.0, 0.2, 0.5, 0.25, 0.8, 0.2, 0.5, 0.25, 0.95, 0.2, 0.5, 0.25, 0.8, 0.2, 0.45, 0.2)
# Where a section of its own kind has no tune, whose tune it plays
BORROWED = {"intro": "chorus", "break": "chorus", "outro": "chorus", "prechorus": "bridge"}


@dataclass(frozen=True)
class Tune:
    """`order` names a phrase per line; contours are scale steps per slot, rhythms tell where notes begin."""

    order: str
    contours: dict[str, tuple[int, ...]]
    rhythms: dict[str, tuple[bool, ...]]

    def label(self, phrase: int) -> str:
        return self.order[phrase % len(self.order)]


@lru_cache(maxsize=16)
def tune(seed: int, kind: str, calm: bool) -> Tune:
    """The tune of a kind of section; the same arguments give the same tune."""
    kind = BORROWED.get(kind, kind)
    die = dice(seed, "tune", kind)
    # The chorus grows out of the verse's cell, turned upside down half of the time.
    cell: tuple[int, ...] = dice(seed, "tune", "cell").choice(CELLS)
    if kind == "bridge" or (kind == "chorus" and die.random() < 0.5):
        cell = tuple(-step for step in cell)
    second = die.choice(CELLS)
    contours = {label: _contour(die, kind, cell, second, label) for label in "ABC"}
    choices = LAZY_RHYTHMS if calm else RHYTHMS
    first, other = die.sample(choices, 2)
    rhythms = {"A": first, "B": other, "C": first[:8] + other[8:]}
    return Tune(
        die.choice(ORDERS[kind]), contours, {k: tuple(c == "x" for c in v) for k, v in rhythms.items()}
    )


def _contour(
    die: Random, kind: str, cell: tuple[int, ...], second: tuple[int, ...], label: str
) -> tuple[int, ...]:
    shape = die.choice(SHAPES[kind])
    cells = {
        "A": (cell, cell, second, cell),
        "B": (cell, second, cell, second),
        "C": (cell, cell, second, (0,) * 4),
    }
    return tuple(offset + step for offset, steps in zip(shape, cells[label], strict=True) for step in steps)


def pitch_at(style: Style, harmony: Chord, centre: int, steps: int, *, firm: bool) -> int:
    """The pitch some scale steps from a centre; on firm places the chord tone that is nearest."""
    scale = scale_pitches(style.tonic, style.mode, centre - 19, centre + 24)
    home = min(range(len(scale)), key=lambda i: abs(scale[i] - centre))
    pitch = scale[min(len(scale) - 1, max(0, home + steps))]
    if firm:
        return nearest(pitch, harmony.tones[:3])
    clash = any((pitch - tone) % 12 == 1 for tone in harmony.tones[:3]) or any(
        (tone - pitch) % 12 == 1 and tone not in {p % 12 for p in scale} for tone in harmony.tones
    )
    # A half tone over a chord tone, or beside a borrowed one, bites when it is held.
    return nearest(pitch, harmony.tones) if clash else pitch


def smoothed(pitches: list[int], low: int, high: int) -> list[int]:
    """The same line without leaps over a fifth, inside a range: notes move by octaves."""
    out: list[int] = []
    for pitch in pitches:
        if out and abs(pitch - out[-1]) > 7:
            pitch += 12 if pitch < out[-1] else -12
        while pitch > high:
            pitch -= 12
        while pitch < low:
            pitch += 12
        out.append(pitch)
    return out


def cadence(style: Style, harmony: Chord, pitch: int, *, closing: bool) -> int:
    """Where a phrase rests: at a section's end on the tonic if the chord has it, else on a chord tone."""
    if closing and style.tonic in harmony.tones:
        return nearest(pitch, (style.tonic,))
    return nearest(pitch, harmony.tones[:3])


def slot_strength(slot: int) -> float:
    return STRENGTH[slot % SLOTS]
