"""The bass: a pattern of chord tones that leans on the kick.

Marks per sixteenth: r root, 5 fifth, o octave, 3 third, 7 the seventh below, a step towards the next root,
- holds on, . rests.
"""

from random import Random

from .chance import dice
from .drumming import STEPS, density, kick_steps, steps_of
from .form import BEATS, Section
from .harmony import Chord, nearest
from .score import Note, Score, Track

PATTERNS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "drive": (("r---------------",), ("r---r-r-r---r-r-", "r-----r-r-----r-", "r---r---r---r-a-"),
              ("r-r-r-r-r-r-r-a-", "r-r-o-r-r-r-o-a-", "r-r-r-o-r-r-5-a-")),
    "eighths": (("r-------r-------",), ("r-r-r-r-r-r-r-r-", "r-r-r-r-r-r-5-a-"),
                ("r-r-r-r-r-r-r-a-", "r-r-r-r-o-r-5-a-")),
    "root_fifth": (("r---------------",), ("r-------5-------", "r-----r-5-----a-"),
                   ("r---r---5---a---", "r-----r-5---5-a-")),
    "walking": (("r-------5-------",), ("r---3---5---a---", "r---5---3---a---", "r---o---5---a---"),
                ("r---3---5---a---", "r---5---o---a---", "r---3-5-o---a---")),
    "sparse": (("r-------........",), ("r-----..r-..5---", "r---....r--r..a-", "r------.o-r-..--"),
               ("r---..r-r---5-a-", "r--r..--r-o-..a-")),
    "pedal": (("r---------------",), ("r---------------",), ("r-------5-------",)),
    "ostinato": (("r---------------",), ("r-r-r-r-r-r-r-r-", "r-..r-r-5-..r-r-"), ("r-rrr-r-r-rr5-r-", "r-r-rrr-o-r-5-r-")),
    "offbeat": (("..r-..r-..r-..r-",), ("..rr..rr..rr..ro", "..r-..r-..r-..or"), (".rrr.rrr.rrr.ror", "..rr.or-..rr.r7r")),
    "long": (("r---------------",), ("r-------------r-", "r---------o---r-"), ("r-----r-....r---", "r---------r-5-7-")),
    "kick": (("r-------........",), ("................",), ("..............o.", "................")),
    "melodic": (("r-..r-..........",), ("r-..r-3-5---....", "..r-3-5-r---....", "r---..5-r-..7-a-"),
                ("r-r-3-5-r---5-a-", "r-..o-5-3---r-a-")),
    "syncopated": (("r-..............",), ("r--r..o.r-..7-r-", "r-.or.r...7-r.o.", "r..r.or-..5-7-a-"),
                   ("r-or.ror..7-r-oa", "r.ro..r-r.o.5-7a")),
}  # fmt: skip
LOW, HIGH = 28, 45
DEEP = ("808", "sub", "reese", "low_strings")


def bass_track(score: Score) -> Track:
    """The bass of the whole song with the last root left to ring."""
    family = score.style.family
    notes: list[Note] = []
    for section in score.sections:
        options = PATTERNS[family.bass_style][density(section)]
        if section.kind == "intro" and family.name not in ("techno", "jazz"):
            continue
        die = dice(score.seed, "bass", section.kind)
        first, second = die.choice(options), die.choice(options)
        for bar in range(section.bars):
            marks = second if bar % 4 == 3 else first
            notes += _bar(score, section, bar, _locked(score, section, bar, marks), die)
    final = score.clock(score.end)
    notes.append(Note(final, 3.2, _root(score.harmony.at(score.end), family.bass), 0.85))
    return Track(family.bass, tuple(notes))


def _locked(score: Score, section: Section, bar: int, marks: str) -> str:
    """The pattern with a root on each kick where it would rest; a plain `kick` part is nothing but that."""
    if density(section) == 0 or score.style.family.bass_style == "offbeat":
        return marks
    kicks = kick_steps(score, section, bar)
    locked = "".join("r" if step in kicks and mark == "." else mark for step, mark in enumerate(marks))
    return locked if score.style.family.bass_style != "kick" else _held(locked)


def _held(marks: str) -> str:
    out = ""
    for mark in marks:
        out += "-" if mark == "." and out else mark
    return out


def _bar(score: Score, section: Section, bar: int, marks: str, die: Random) -> list[Note]:
    family = score.style.family
    kicks = kick_steps(score, section, bar)
    notes = []
    for step, mark in enumerate(steps_of(marks, 0)):
        if mark in ".-":
            continue
        held = len(marks[step + 1 :]) - len(marks[step + 1 :].lstrip("-"))
        beat = section.beat + bar * BEATS + step / 4
        start, stop = score.clock(beat), score.clock(beat + (1 + held) / 4)
        pitch = _pitch(score, mark, beat, 1 + held)
        accent = 0.12 if step in kicks or step == 0 else 0.0
        velocity = 0.62 + accent + 0.18 * section.energy + die.gauss(0, 0.03)
        slip = max(-2 * family.loose, min(2 * family.loose, die.gauss(0, family.loose / 2)))
        length = (stop - start) * (0.96 if held else 0.8)
        notes.append(Note(max(0.0, start + slip + family.laid_back / 2), length, pitch, min(1.0, velocity)))
    return notes


def _root(harmony: Chord, instrument: str) -> int:
    low = LOW - 2 if instrument in DEEP else LOW + 3
    return low + (harmony.root - low) % 12


def _pitch(score: Score, mark: str, beat: float, steps: int) -> int:
    harmony = score.harmony.at(beat)
    root = _root(harmony, score.style.family.bass)
    if mark == "a":
        goal = _root(score.harmony.at(beat + steps / 4 + 0.01), score.style.family.bass)
        return goal + (1 if goal < root else -1) * (1 if score.style.family.name == "jazz" else 2) if goal != root else root + 7
    if mark == "5":
        return root + (harmony.intervals[2] if root + 7 <= HIGH else harmony.intervals[2] - 12)
    if mark == "3":
        return root + harmony.intervals[1]
    if mark == "7":
        return nearest(root - 2, ((harmony.root + 10) % 12,))
    return root + (12 if mark == "o" else 0)
