"""Scales, chords and voice leading."""

import re
from dataclasses import dataclass

SCALES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
}
NUMERALS = {"i": 0, "ii": 2, "iii": 4, "iv": 5, "v": 7, "vi": 9, "vii": 11}
QUALITIES = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "7": (0, 4, 7, 10),
    "m7": (0, 3, 7, 10),
    "maj7": (0, 4, 7, 11),
    "mmaj7": (0, 3, 7, 11),
    "9": (0, 4, 7, 10, 14),
    "m9": (0, 3, 7, 10, 14),
    "maj9": (0, 4, 7, 11, 14),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
    "add9": (0, 4, 7, 14),
    "madd9": (0, 3, 7, 14),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "dim": (0, 3, 6),
    "m7b5": (0, 3, 6, 10),
    "7b9": (0, 4, 7, 10, 13),
}
ROMAN = re.compile(r"([b#]?)(vii|vi|iv|v|iii|ii|i)(.*)", re.IGNORECASE)


@dataclass(frozen=True)
class Chord:
    """Pitch class of the root and the intervals above it in semitones."""

    root: int
    intervals: tuple[int, ...]

    @property
    def tones(self) -> tuple[int, ...]:
        """Pitch classes, root first."""
        return tuple((self.root + interval) % 12 for interval in self.intervals)


def chord(numeral: str, tonic: int) -> Chord:
    """The chord of a Roman numeral such as `bVII`, `ii7` or `Vsus4`, counted from the major scale.

    Raises ValueError for what is no numeral.
    """
    match = ROMAN.fullmatch(numeral)
    if not match:
        raise ValueError(f"no chord: {numeral!r}")
    sign, degree, suffix = match.groups()
    root = tonic + NUMERALS[degree.lower()] + {"": 0, "b": -1, "#": 1}[sign]
    told = suffix.startswith(("sus", "dim", "m7", "m9", "m6"))
    return Chord(root % 12, QUALITIES[suffix if told or degree.isupper() else "m" + suffix])


def scale_pitches(tonic: int, mode: str, low: int, high: int) -> tuple[int, ...]:
    """All MIDI pitches of a scale from low to high."""
    classes = {(tonic + step) % 12 for step in SCALES[mode]}
    return tuple(pitch for pitch in range(low, high + 1) if pitch % 12 in classes)


def nearest(pitch: float, classes: tuple[int, ...]) -> int:
    """The MIDI pitch of one of the pitch classes that lies nearest; the lower one of two."""
    around = range(round(pitch) - 6, round(pitch) + 7)
    return min((p for p in around if p % 12 in classes), key=lambda p: (abs(p - pitch), p))


def lead_voices(harmony: Chord, before: tuple[int, ...], centre: int = 60) -> tuple[int, ...]:
    """Pitches of a chord that move as little as possible from the chord before, around a centre pitch."""
    tones = harmony.tones if len(harmony.tones) < 5 else harmony.tones[1:]
    closed = [_stack(tones, turn, centre) for turn in range(len(tones))]
    voicings = [tuple(p + shift for p in voicing) for voicing in closed for shift in (-12, 0, 12)]
    return min(voicings, key=lambda voicing: (_travel(voicing, before, centre), voicing))


def _stack(tones: tuple[int, ...], turn: int, centre: int) -> tuple[int, ...]:
    """An inversion in close position, its lowest note just under the centre."""
    order = tones[turn:] + tones[:turn]
    pitches = [nearest(centre - 5, (order[0],))]
    for tone in order[1:]:
        pitches.append(pitches[-1] + ((tone - pitches[-1]) % 12 or 12))
    return tuple(pitches)


def _travel(voicing: tuple[int, ...], before: tuple[int, ...], centre: int) -> float:
    drift = abs(sum(voicing) / len(voicing) - centre)
    if not before:
        return drift
    return sum(min(abs(p - q) for q in before) for p in voicing) + 0.4 * drift
