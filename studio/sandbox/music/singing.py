"""Setting words to a tune: one note per syllable, accents on strong places."""

from dataclasses import dataclass
from functools import lru_cache

from .form import BEATS, SLOTS, SUNG, Phrase, Section, phrase_bars
from .melody import Tune, cadence, pitch_at, slot_strength, smoothed, tune
from .request import Word
from .score import Score
from .syllables import Syllable

CENTRES = {"female": 65, "male": 53}
RANGES = {"female": (57, 78), "male": (45, 67)}
LIFT = {"verse": 0, "prechorus": 2, "chorus": 4, "bridge": 1}
LONGEST_NOTE = 5  # slots


@dataclass(frozen=True)
class SungNote:
    """A syllable as it is sung: seconds, MIDI pitch, strength 0-1; `last` before a breath."""

    start: float
    length: float
    pitch: int
    velocity: float
    syllable: Syllable
    last: bool
    section: str


def sing(score: Score) -> tuple[tuple[SungNote, ...], tuple[Word, ...]]:
    """All sung notes and the times of the words."""
    notes: list[SungNote] = []
    times: list[Word] = []
    for section in score.sections:
        for index, phrase in enumerate(section.phrases):
            sung = _sing_phrase(score, section, index, phrase)
            notes += sung
            times += _word_times(phrase, sung)
    return tuple(notes), tuple(times)


def _word_times(phrase: Phrase, sung: list[SungNote]) -> list[Word]:
    times: list[Word] = []
    place = 0
    for word in phrase:
        part = sung[place : place + len(word.syllables)]
        times.append(Word(word.text, round(part[0].start, 3), round(part[-1].start + part[-1].length, 3)))
        place += len(word.syllables)
    return times


def _sing_phrase(score: Score, section: Section, index: int, phrase: Phrase) -> list[SungNote]:
    kind = section.kind if section.kind in SUNG else "verse"
    melody = tune(score.tunes, kind, False)
    label = melody.label(index)
    parts = [s for word in phrase for s in word.syllables]
    slots = place_syllables(tuple(s.stress for s in parts), _word_starts(phrase), melody.rhythms[label])
    beats = score.line or phrase_bars(score.style.bpm) * BEATS
    first = section.beat + index * beats
    pitches = _pitches(score, section, kind, melody, index, slots, first, beats)
    ends = [*slots[1:], min(SLOTS - 1, slots[-1] + LONGEST_NOTE)]
    notes = []
    for number, (slot, end, pitch) in enumerate(zip(slots, ends, pitches, strict=True)):
        start = score.clock(first + slot * beats / SLOTS)
        stop = score.clock(first + min(end, slot + LONGEST_NOTE) * beats / SLOTS)
        velocity = 0.55 + 0.25 * section.energy + 0.15 * parts[number].stress + 0.05 * slot_strength(slot)
        last = number == len(slots) - 1 or end > slot + LONGEST_NOTE
        notes.append(
            SungNote(start, stop - start, pitch, min(1.0, velocity), parts[number], last, section.kind)
        )
    return notes


def _word_starts(phrase: Phrase) -> tuple[bool, ...]:
    return tuple(number == 0 for word in phrase for number in range(len(word.syllables)))


def _pitches(
    score: Score,
    section: Section,
    kind: str,
    melody: Tune,
    index: int,
    slots: tuple[int, ...],
    first: float,
    beats: int,
) -> list[int]:
    style = score.style
    centre = CENTRES[style.voice] + LIFT[kind]
    contour = melody.contours[melody.label(index)]
    pitches = []
    for slot, after in zip(slots, [*slots[1:], SLOTS], strict=True):
        harmony = score.harmony.at(first + slot * beats / SLOTS)
        pitches.append(
            pitch_at(style, harmony, centre, contour[slot], firm=slot % 4 == 0 or after - slot > 2)
        )
    harmony = score.harmony.at(first + slots[-1] * beats / SLOTS)
    pitches[-1] = cadence(style, harmony, pitches[-1], closing=index == len(section.phrases) - 1)
    return smoothed(pitches, *RANGES[style.voice])


@lru_cache(maxsize=1024)
def place_syllables(
    stresses: tuple[float, ...], starts: tuple[bool, ...], rhythm: tuple[bool, ...]
) -> tuple[int, ...]:
    """Slots for the syllables of a phrase, in order: the best way to match accents, rhythm and flow."""
    count = len(stresses)
    # best[slot] = (value, slots so far) of the ways that put the latest syllable there
    best: dict[int, tuple[float, tuple[int, ...]]] = {
        slot: (_fit(slot, stresses[0], rhythm) - 0.35 * slot, (slot,))
        for slot in range(min(5, SLOTS - count))
    }
    for number in range(1, count):
        after: dict[int, tuple[float, tuple[int, ...]]] = {}
        for slot in range(number, SLOTS - 1 - (count - 1 - number)):
            ways = [
                (
                    value
                    + _fit(slot, stresses[number], rhythm)
                    + _flow(slot - before, stresses[number - 1], starts[number]),
                    (*path, slot),
                )
                for before, (value, path) in best.items()
                if before < slot
            ]
            if ways:
                after[slot] = max(ways)
        best = after
    return max((value + _rest(path[-1]), path) for value, path in best.values())[1]


def _fit(slot: int, stress: float, rhythm: tuple[bool, ...]) -> float:
    return (
        1.6 * stress * slot_strength(slot)
        - 0.5 * (1 - stress) * slot_strength(slot)
        + (0.9 if rhythm[slot] else 0)
    )


def _flow(gap: int, stress: float, new_word: bool) -> float:
    """Short notes flow, long ones want an accent; inside a word or in mid-line they do not please."""
    longer = (gap - 1) * (0.7 * stress - 0.45)
    if gap <= 2:
        return 0.3 + longer
    return longer - 0.6 * (gap - 2) - (0.0 if new_word else 0.6)


def _rest(slot: int) -> float:
    """A line ends well on a strong place with room to breathe after it."""
    return 0.8 * slot_strength(slot) - 0.12 * max(0, slot - 11)
