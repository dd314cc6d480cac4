"""Accompaniment: chords in the rhythm of their style.

Marks per sixteenth: x the chord, d and u strummed down and up, 1-5 one of its tones from below,
- holds on, . rests.
"""

from random import Random

from .chance import dice
from .drumming import STEPS, density, steps_of
from .families import Layer
from .form import BEATS, Section
from .harmony import Chord, lead_voices
from .score import Note, Score, Track

STYLES: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "hold": (("x---------------",), ("x---------------",), ("x---------------",)),
    "eighths": (("x---------------",), ("x---x---x---x---", "x-.x-.x-x-.x-.x-"), ("x-x-x-x-x-x-x-x-", "x-x-x-xxx-x-x-x-")),
    "anticipate": (("x---------------",), ("x-----x---x-----", "x---x-----x---x-", "x-----x-----x---"),
                   ("x-x---x---x-x---", "x---x-x---x---x-", "x-.x-.x-x-.x-.x-")),
    "strum": (("d-------d-------",), ("d---d-u-..u-d-u-", "d---d-u-d---d-u-", "d-----u-..u-d-u-"),
              ("d-d-d-u-.-u-d-u-", "d-u-d-u-d-u-d-u-", "d---d-udu-u-d-u-")),
    "travis": (("1---3---2---4---",), ("1.3.2.4.1.3.2.4.", "1.4.2.3.1.4.2.3."), ("1.3.2.4.1.3.2343", "1.342.3.1.342.3.")),
    "arpeggio": (("1---2---3---4---",), ("1.2.3.4.3.2.3.2.", "1.3.2.3.4.3.2.3."), ("1234321312343213", "1.324.321.324.32")),
    "power": (("x---------------",), ("x.x.x.x.x.x.x.x.", "x-x.x.x.x-x.x.x."), ("x-------x-----x-", "x-----x---x-----", "x-x-x-x-x-x-x-x-")),
    "charleston": (("x-----........x-",), ("x--..x--........", "..x---....x--...", "x-....x-..x-....", "...x--....x---.."),
                   ("x--x--..x-..x-..", "..x-..x--..x-...", "x-..x--...x-.x--")),
    "guide": (("x---------------",), ("x---------------",), ("x-------x-------", "....x-------x---")),
    "lazy": (("x---------------",), ("x-------..x-----", "x-----..x--x----", "..x-----..x-----"), ("x--x--..x-x-----", "x-----x-..x---x-")),
    "sparkle": (("3.......5...4...",), ("..4.......5.3...", "....5..4......3.", "5.4.3...........", "......3.4.5....."),
                ("5.4.3.4...5.4...", "..3.4.5...4.5.4.")),
    "spiccato": (("................",), ("1.1.1.1.2.2.1.1.", "1.1.2.1.3.1.2.1."), ("1.11212.1.113.2.", "1112131412131211")),
    "stabs": (("..x...........x.",), ("..x-..x...x-..x.", "x..x..x.........", "...x..x....x...."), ("..x-..x-..x-..x-", "x..x..x..x..x.x.")),
    "sequence": (("1...3...2...4...",), ("1.3.2.4.1.3.2.4.", "1..3..2..4..3.2."), ("1324132413241324", "14.32.41.32.14.3", "1.4.3.1.4.3.2.4.")),
    "scratch": (("....x.......x...",), ("..x.x..x..x.x..x", "x..xx..x..x.x.x."), ("x.xxx.x.x.xxx.xx", "x.x.xx.x..x.xxx.")),
    "skank": (("....x.......x...",), ("....x.......x...", "....x.......x.x."), ("..x.x...x.x.x...", "....x.x.....x.x.")),
    "bubble": (("................",), ("..x.x.x...x.x.x.",), ("..x.xxx...x.xxx.",)),
}  # fmt: skip
CENTRES = {"sparkle": 76, "sequence": 69, "travis": 60, "strum": 57, "power": 45, "spiccato": 62, "guide": 67,
           "arpeggio": 64, "stabs": 63, "skank": 64, "scratch": 66, "bubble": 60}
HIGHER = {"strings": 6, "choir": 3, "harp": 4, "bells": 6, "brass": -2, "pad": 0}
PANS = (-0.25, 0.3, -0.45, 0.5)


def chord_tracks(score: Score) -> tuple[Track, ...]:
    """One track per layer of the style."""
    return tuple(
        Track(layer.instrument, tuple(_layer(score, layer, number)), layer.level, PANS[number])
        for number, layer in enumerate(score.style.layers)
    )


def _layer(score: Score, layer: Layer, number: int) -> list[Note]:
    notes: list[Note] = []
    before: tuple[int, ...] = ()
    centre = CENTRES.get(layer.style, 60) + HIGHER.get(layer.instrument, 0)
    for section in score.sections:
        if section.energy < layer.joins - 0.001 and not (section.kind == "intro" and number == 1):
            continue
        die = dice(score.seed, "chords", layer.style, number, section.kind)
        options = STYLES[layer.style][density(section)]
        first, second = die.choice(options), die.choice(options)
        for bar in range(section.bars):
            marks = second if bar % 4 == 3 else first
            played, before = _bar(score, section, bar, marks, layer, centre, before, die)
            notes += played
    return [*notes, *_final(score, layer, centre, before)]


def _final(score: Score, layer: Layer, centre: int, before: tuple[int, ...]) -> list[Note]:
    """The last chord, left to ring; high ornaments and short strokes keep out of it."""
    if layer.style in ("sparkle", "spiccato", "scratch", "bubble", "sequence"):
        return []
    start = score.clock(score.end)
    pitches = _voicing(score.harmony.at(score.end), layer, centre, before)
    return [Note(start + 0.02 * i, 3.6, pitch, 0.6) for i, pitch in enumerate(pitches)]


def _voicing(harmony: Chord, layer: Layer, centre: int, before: tuple[int, ...]) -> tuple[int, ...]:
    if layer.style == "power":
        root = 40 + (harmony.root - 40) % 12
        return (root, root + harmony.intervals[2], root + 12)
    voices = lead_voices(harmony, before, centre)
    if layer.style == "guide":
        return tuple(p for p in voices if p % 12 != harmony.root)[:2]
    if layer.style in ("strum", "travis") or layer.instrument in ("guitar", "harp"):
        return tuple(sorted({*voices, voices[0] - 12 if voices[0] >= 52 else voices[0] + 12, voices[-1] + 12 - 0}))[:5]
    return voices


def _bar(
    score: Score, section: Section, bar: int, marks: str, layer: Layer, centre: int, before: tuple[int, ...], die: Random
) -> tuple[list[Note], tuple[int, ...]]:
    family = score.style.family
    notes: list[Note] = []
    for step, mark in enumerate(steps_of(marks, 0)):
        beat = section.beat + bar * BEATS + step / 4
        fresh = layer.style == "hold" and (mark == "x" or _changes(score, beat))
        if layer.style == "hold" and (not fresh or not _changes(score, beat)):
            continue
        if mark in ".-" and not fresh:
            continue
        before = _voicing(score.harmony.at(beat), layer, centre, before)
        start = score.clock(beat)
        length = score.clock(_until(score, beat, marks[step + 1 :], layer)) - start
        force = 0.5 + 0.3 * section.energy + (0.08 if step % 4 == 0 else 0.0)
        late = start + family.laid_back + _slip(die, family.loose)
        notes += _strike(mark, before, max(0.0, late), length, force, layer, die)
    return notes, before


def _changes(score: Score, beat: float) -> bool:
    return any(abs(start - beat) < 1e-6 for start, _, _ in score.harmony.between(beat - 0.01, beat + 0.01))


def _until(score: Score, beat: float, rest: str, layer: Layer) -> float:
    """The beat where a chord stops: after its dashes, or at the next change if it is held."""
    if layer.style == "hold":
        start, beats, _ = next(s for s in score.harmony.spans if abs(s[0] - beat) < 1e-6)
        return start + beats
    held = len(rest) - len(rest.lstrip("-"))
    return beat + (1 + held) / 4 * (1.0 if held else 0.7)


def _slip(die: Random, loose: float) -> float:
    return min(2 * loose, max(-2 * loose, die.gauss(0, loose * 0.6)))


def _strike(
    mark: str, voices: tuple[int, ...], start: float, length: float, force: float, layer: Layer, die: Random
) -> list[Note]:
    if mark.isdigit():
        index = int(mark) - 1
        pitch = voices[index % len(voices)] + 12 * (index // len(voices))
        ring = max(length, 1.2) if layer.instrument in ("harp", "bells", "nylon", "kalimba", "guitar") else length * 1.3
        return [Note(start, ring, pitch, min(1.0, force + die.gauss(0, 0.05)))]
    order = voices[::-1][:4] if mark == "u" else voices
    spread = {"d": 0.014, "u": 0.010}.get(mark, 0.004 if layer.instrument in ("piano", "epiano", "jazz_piano") else 0.0)
    force *= 0.75 if mark == "u" else 1.0
    return [
        Note(start + number * spread, length, pitch, min(1.0, max(0.1, force + die.gauss(0, 0.04))))
        for number, pitch in enumerate(order)
    ]
