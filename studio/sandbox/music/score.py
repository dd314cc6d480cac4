"""What the composing modules share: time, notes, tracks and the harmony of each moment."""

from bisect import bisect_right
from dataclasses import dataclass
from operator import itemgetter
from random import Random

from .chance import dice
from .form import BEATS, Section
from .harmony import Chord, chord
from .progressions import progressions
from .style import Style


@dataclass(frozen=True)
class Note:
    """A tone: start and length in seconds, MIDI pitch, strength 0-1."""

    start: float
    length: float
    pitch: float
    velocity: float


@dataclass(frozen=True)
class Hit:
    """A stroke on a drum of the kit; `length` matters to what swells."""

    start: float
    drum: str
    velocity: float
    length: float = 0.0


@dataclass(frozen=True)
class Track:
    """One instrument's notes; level in dB, pan -1 (left) to 1 (right)."""

    instrument: str
    notes: tuple[Note, ...]
    level: float = 0.0
    pan: float = 0.0


@dataclass(frozen=True)
class Clock:
    """Beats to seconds, late by the swing on every second short note. Counts from the beat `first`."""

    bpm: float
    swing: float
    grid: float
    first: int = 0

    def __call__(self, beat: float) -> float:
        beat += self.first
        pair = 2 * self.grid
        whole, inside = divmod(beat, pair)
        middle = self.grid * (1 + self.swing)
        if inside <= self.grid:
            inside *= middle / self.grid
        else:
            inside = middle + (inside - self.grid) * (pair - middle) / self.grid
        return (whole * pair + inside) * 60 / self.bpm

    def beat(self, seconds: float) -> float:
        """The beat at a time, counted from the song's start."""
        pair = 2 * self.grid
        whole, inside = divmod(seconds * self.bpm / 60, pair)
        middle = self.grid * (1 + self.swing)
        if inside <= middle:
            inside *= self.grid / middle
        else:
            inside = self.grid + (inside - middle) * (pair - self.grid) / (pair - middle)
        return whole * pair + inside


@dataclass(frozen=True)
class Harmony:
    """The chords of the whole song: (beat, beats, chord)."""

    spans: list[tuple[float, float, Chord]]

    def at(self, beat: float) -> Chord:
        return self.spans[max(0, bisect_right(self.spans, beat + 1e-6, key=itemgetter(0)) - 1)][2]

    def between(self, start: float, end: float) -> list[tuple[float, float, Chord]]:
        """(beat, beats, chord) of the chords that begin in a stretch."""
        return [span for span in self.spans if start <= span[0] < end]

    def part(self, start: float, end: float, *, first: float = 0.0, stretch: float = 1.0) -> "Harmony":
        """What sounds in a stretch of beats, counted from `first` and made longer."""
        held = [(max(beat, start), min(beat + beats, end), tones) for beat, beats, tones in self.spans]
        return Harmony(
            [((at - first) * stretch, (stop - at) * stretch, tones) for at, stop, tones in held if at < stop]
        )


@dataclass(frozen=True)
class Score:
    """The frame that every part is written into.

    `tunes` is the seed of the melodies, `line` the beats of one sung line where it is not the usual length.
    """

    seed: int
    style: Style
    sections: tuple[Section, ...]
    clock: Clock
    harmony: Harmony
    tunes: int
    line: int = 0

    @property
    def end(self) -> int:
        """The beat of the final chord."""
        return self.sections[-1].end


def harmonise(seed: int, style: Style, sections: tuple[Section, ...]) -> Harmony:
    """Chords for all sections: one progression per kind, and the tonic at the very end."""
    spans: list[tuple[float, float, Chord]] = []
    for section in sections:
        # An intro plays what the verse will, a break what the chorus did.
        family = {"intro": "verse", "break": "chorus", "outro": "chorus"}.get(section.kind, section.kind)
        line = (
            dice(seed, "chords", family).choice(progressions(style.family.name, style.mode, family)).split()
        )
        spans += _spans(line, section, style)
    tonic = "I" if style.mode in ("major", "mixolydian", "lydian") else "i"
    spans.append((float(sections[-1].end), 4.0 * BEATS, chord(tonic + "add9", style.tonic)))
    return Harmony(spans)


def _spans(line: list[str], section: Section, style: Style) -> list[tuple[float, float, Chord]]:
    length = style.family.chord_bars * BEATS
    spans: list[tuple[float, float, Chord]] = []
    beat, step = float(section.beat), 0
    while beat < section.end:
        shared = line[step % len(line)].split(",")
        for numeral in shared:
            beats = min(length / len(shared), section.end - beat)
            if beats > 0:
                spans.append((beat, beats, chord(numeral, style.tonic)))
            beat += beats
        step += 1
    return spans


def slip(die: Random, loose: float) -> float:
    """A human error of time in seconds, never more than twice `loose`."""
    return min(2 * loose, max(-2 * loose, die.gauss(0, loose * 0.6)))
