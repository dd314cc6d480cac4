"""The bass: a pattern of chord tones that leans on the kick."""

from random import Random

from .chance import dice
from .drumming import density, kick_steps
from .form import BEATS, Section
from .harmony import Chord, nearest
from .patterns import BASS, bars_of, held
from .score import Note, Score, Track, slip

LOWEST, HIGHEST = 31, 45
DEEP = ("808", "sub", "reese", "low_strings")
# Families whose bass is there from the first bar
EARLY = ("techno", "jazz")


def bass_track(score: Score) -> Track:
    """The bass of the whole song, its last root left to ring."""
    family = score.style.family
    notes: list[Note] = []
    for section in score.sections:
        if section.kind == "intro" and family.name not in EARLY:
            continue
        die = dice(score.seed, "bass", section.kind)
        usual, fourth = bars_of(BASS[family.bass_style], density(section), die)
        for bar in range(section.bars):
            marks = fourth if bar % 4 == 3 else usual
            notes += _bar(score, section, bar, _locked(score, section, bar, marks), die)
    final = score.clock(score.end)
    notes.append(Note(final, 3.2, _root(score.harmony.at(score.end), family.bass), 0.85))
    return Track(family.bass, tuple(notes))


def _locked(score: Score, section: Section, bar: int, marks: str) -> str:
    """The pattern with a root on each kick where it would rest; the style `kick` is nothing but that."""
    style = score.style.family.bass_style
    if density(section) == 0 or style == "offbeat":
        return marks
    kicks = kick_steps(score, section, bar)
    locked = "".join("r" if step in kicks and mark == "." else mark for step, mark in enumerate(marks))
    first = len(locked) - len(locked.lstrip("."))
    return locked if style != "kick" else "." * first + locked[first:].replace(".", "-")


def _bar(score: Score, section: Section, bar: int, marks: str, die: Random) -> list[Note]:
    family = score.style.family
    kicks = kick_steps(score, section, bar)
    notes = []
    for step, mark in enumerate(marks):
        if mark in ".-":
            continue
        steps = held(marks[step + 1 :])
        beat = section.beat + bar * BEATS + step / 4
        start, stop = score.clock(beat), score.clock(beat + steps / 4)
        accent = 0.12 if step in kicks or step == 0 else 0.0
        velocity = 0.62 + accent + 0.18 * section.energy + die.gauss(0, 0.03)
        late = slip(die, family.loose / 2) + family.laid_back / 2
        length = (stop - start) * (0.96 if steps > 1 else 0.8)
        notes.append(
            Note(max(0.0, start + late), length, _pitch(score, mark, beat, steps), min(1.0, velocity))
        )
    return notes


def _root(harmony: Chord, instrument: str) -> int:
    low = LOWEST - 5 if instrument in DEEP else LOWEST
    return low + (harmony.root - low) % 12


def _pitch(score: Score, mark: str, beat: float, steps: int) -> int:
    """The MIDI pitch of a mark over the chord of its beat."""
    harmony, instrument = score.harmony.at(beat), score.style.family.bass
    root = _root(harmony, instrument)
    fifth = root + harmony.intervals[2] - (12 if root + 7 > HIGHEST else 0)
    if mark == "a":
        goal = _root(score.harmony.at(beat + steps / 4 + 0.01), instrument)
        return _approach(root, goal, score.style.family.name == "jazz") if goal != root else fifth
    seventh = nearest(root - 2, ((harmony.root + 10) % 12,))
    return {"r": root, "o": root + 12, "3": root + harmony.intervals[1], "5": fifth, "7": seventh}[mark]


def _approach(root: int, goal: int, chromatic: bool) -> int:
    """The neighbour of the next root on the side that one comes from."""
    return goal + (1 if goal < root else -1) * (1 if chromatic else 2)
