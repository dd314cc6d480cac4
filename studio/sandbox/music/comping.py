"""Accompaniment: chords in the rhythm of their style."""

from random import Random

from .chance import dice
from .drumming import density
from .family import Layer
from .form import BEATS, Section
from .harmony import Chord, lead_voices
from .patterns import CHORDS, bars_of, held
from .score import Note, Score, Track, slip

# Where a style sits, as a MIDI pitch, and what an instrument adds to it
CENTRES = {
    "sparkle": 76,
    "sequence": 69,
    "strum": 57,
    "power": 45,
    "spiccato": 62,
    "guide": 67,
    "arpeggio": 64,
}
HIGHER = {"strings": 5, "choir": 3, "harp": 4, "bells": 6, "brass": -2, "clean_guitar": 4}
PANS = (-0.25, 0.3, -0.45, 0.5)
RINGING = ("harp", "bells", "nylon", "kalimba", "guitar")
GUITARS = ("guitar", "nylon")
# Seconds between the strings of a strum, and between the fingers of a pianist
SPREAD = {"d": 0.014, "u": 0.010, "x": 0.003}
# Styles that would disturb the last chord
FLEETING = ("sparkle", "spiccato", "scratch", "bubble", "sequence")


def chord_tracks(score: Score) -> tuple[Track, ...]:
    """One track per layer of the style."""
    return tuple(
        Track(layer.instrument, tuple(_Comper(score, layer, number).play()), layer.level, PANS[number])
        for number, layer in enumerate(score.style.layers)
    )


class _Comper:
    """A player of one layer, who remembers the last voicing to move little to the next."""

    def __init__(self, score: Score, layer: Layer, number: int) -> None:
        self.score, self.layer, self.number = score, layer, number
        self.centre = CENTRES.get(layer.style, 60) + HIGHER.get(layer.instrument, 0)
        self.before: tuple[int, ...] = ()

    def play(self) -> list[Note]:
        notes = [
            note for section in self.score.sections if self._joins(section) for note in self._section(section)
        ]
        return notes if self.layer.style in FLEETING else [*notes, *self._final()]

    def _joins(self, section: Section) -> bool:
        # The second layer opens an intro, however quiet: it gives the colour of the song.
        return section.energy >= self.layer.joins or (section.kind == "intro" and self.number == 1)

    def _section(self, section: Section) -> list[Note]:
        die = dice(self.score.seed, "chords", self.layer.style, self.number, section.kind)
        if self.layer.style == "hold":
            return [
                note
                for span in self.score.harmony.between(section.beat, section.end)
                for note in self._chord(span[0], span[1], "x", section, die)
            ]
        usual, fourth = bars_of(CHORDS[self.layer.style], density(section), die)
        notes: list[Note] = []
        for bar in range(section.bars):
            marks = fourth if bar % 4 == 3 else usual
            for step, mark in enumerate(marks):
                if mark not in ".-":
                    beats = held(marks[step + 1 :]) / 4
                    notes += self._chord(section.beat + bar * BEATS + step / 4, beats, mark, section, die)
        return notes

    def _chord(self, beat: float, beats: float, mark: str, section: Section, die: Random) -> list[Note]:
        """What one mark of a pattern plays."""
        score, family = self.score, self.score.style.family
        self.before = self._voicing(score.harmony.at(beat))
        start = max(0.0, score.clock(beat) + family.laid_back + slip(die, family.loose))
        length = (score.clock(beat + beats) - score.clock(beat)) * (1.0 if beats > 0.25 else 0.75)
        force = 0.5 + 0.3 * section.energy + (0.08 if beat % 1 == 0 else 0.0) + die.gauss(0, 0.04)
        if mark.isdigit():
            return [self._single(int(mark) - 1, start, length, force)]
        order = self.before[::-1][:4] if mark == "u" else self.before
        force *= 0.75 if mark == "u" else 1.0
        return [
            Note(start + i * SPREAD[mark], length, pitch, _strength(force)) for i, pitch in enumerate(order)
        ]

    def _single(self, index: int, start: float, length: float, force: float) -> Note:
        pitch = self.before[index % len(self.before)] + 12 * (index // len(self.before))
        ring = max(length, 1.2) if self.layer.instrument in RINGING else length * 1.3
        return Note(start, ring, pitch, _strength(force))

    def _final(self) -> list[Note]:
        """The last chord, spread a little and left to ring."""
        start = self.score.clock(self.score.end)
        voices = self._voicing(self.score.harmony.at(self.score.end))
        return [Note(start + 0.02 * i, 3.6, pitch, 0.6) for i, pitch in enumerate(voices)]

    def _voicing(self, harmony: Chord) -> tuple[int, ...]:
        if self.layer.style == "power":
            root = 40 + (harmony.root - 40) % 12
            return (root, root + harmony.intervals[2], root + 12)
        voices = lead_voices(harmony, self.before[:4], self.centre)
        if self.layer.style == "guide":
            return tuple(p for p in voices if p % 12 != harmony.root)[:2]
        if self.layer.instrument in GUITARS:
            return tuple(sorted({*voices, voices[0] + 12, voices[1] + 12}))[:5]
        return voices


def _strength(force: float) -> float:
    return min(1.0, max(0.1, force))
