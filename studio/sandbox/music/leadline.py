"""The lead instrument: the hook, answers to the singer, and the tune where nobody sings."""

from .chance import dice
from .form import BEATS, SLOTS, Section, phrase_bars
from .harmony import nearest, scale_pitches
from .melody import cadence, pitch_at, smoothed, tune
from .score import Note, Score, Track
from .singing import SungNote

REGISTERS = {
    "bells": 79,
    "flute": 76,
    "kalimba": 76,
    "violin": 74,
    "harp": 74,
    "lead_guitar": 67,
    "sax": 63,
    "horn": 60,
    "muted_trumpet": 67,
    "marimba": 70,
    "epiano": 69,
    "nylon": 67,
    "melodica": 69,
}
CALM = ("ambient", "lo-fi")


def lead_track(score: Score, sung: tuple[SungNote, ...]) -> Track:
    """All notes of the lead instrument, given what the voice sings."""
    notes: list[Note] = []
    for section in score.sections:
        if section.phrases:
            notes += _answers(score, section, sung)
        else:
            notes += _plays(score, section)
    notes += _farewell(score)
    return Track(score.style.lead, tuple(notes), 0.0, 0.12)


def register(instrument: str) -> int:
    """The MIDI pitch that an instrument plays around."""
    return REGISTERS.get(instrument, 72)


def _centre(score: Score) -> int:
    return register(score.style.lead)


def _plays(score: Score, section: Section) -> list[Note]:
    """The tune of a section without words; in intro and outro only the hook, on every second phrase."""
    unit = phrase_bars(score.style.bpm) * BEATS
    count = section.bars * BEATS // unit
    sparse = section.kind in ("intro", "outro")
    notes: list[Note] = []
    for index in range(count):
        if sparse and index % 2 != (1 if section.kind == "intro" and count > 1 else 0):
            continue
        notes += _phrase(score, section, index, index == count - 1)
    return notes


def _phrase(score: Score, section: Section, index: int, closing: bool) -> list[Note]:
    """One phrase on the instrument. It grows: repeats are ornamented, the last chorus goes up an octave."""
    style, family = score.style, score.style.family
    melody = tune(score.tunes, section.kind, family.name in CALM)
    label = melody.label(0 if section.kind in ("intro", "outro") else index)
    beats = phrase_bars(style.bpm) * BEATS
    first = section.beat + index * beats
    slots = [s for s in range(SLOTS) if melody.rhythms[label][s]]
    centre = _centre(score) + (12 if section.energy > 0.95 and _centre(score) < 70 else 0)
    pitches = []
    for slot, after in zip(slots, [*slots[1:], SLOTS], strict=True):
        harmony = score.harmony.at(first + slot * beats / SLOTS)
        firm = slot % 4 == 0 or after - slot > 2
        pitches.append(pitch_at(style, harmony, centre, melody.contours[label][slot], firm=firm))
    pitches[-1] = cadence(
        style, score.harmony.at(first + slots[-1] * beats / SLOTS), pitches[-1], closing=closing
    )
    pitches = smoothed(pitches, centre - 9, centre + 16)
    notes = _timed(score, section, first, beats, slots, pitches)
    return _ornamented(score, section, index, notes) if section.turn or index >= 2 else notes


def _timed(
    score: Score, section: Section, first: float, beats: int, slots: list[int], pitches: list[int]
) -> list[Note]:
    die = dice(score.seed, "lead", section.start, first)
    notes = []
    for slot, after, pitch in zip(slots, [*slots[1:], SLOTS], pitches, strict=True):
        start = score.clock(first + slot * beats / SLOTS)
        stop = score.clock(first + min(after, slot + 5) * beats / SLOTS)
        velocity = 0.5 + 0.3 * section.energy + (0.1 if slot % 4 == 0 else 0) + die.gauss(0, 0.04)
        slip = score.style.family.laid_back + die.gauss(0, score.style.family.loose * 0.5)
        notes.append(Note(max(0.0, start + slip), (stop - start) * 0.94, pitch, min(1.0, max(0.1, velocity))))
    return notes


def _ornamented(score: Score, section: Section, index: int, notes: list[Note]) -> list[Note]:
    """Some long notes get a neighbour on their way to the next one."""
    die = dice(score.seed, "ornament", section.start, index)
    scale = scale_pitches(score.style.tonic, score.style.mode, 40, 100)
    out: list[Note] = []
    for note, after in zip(notes, [*notes[1:], None], strict=True):
        long = note.length > 60 / score.style.bpm * 0.9
        if not after or not long or after.pitch == note.pitch or die.random() > 0.55:
            out.append(note)
            continue
        between = (note.pitch + after.pitch) / 2 if abs(after.pitch - note.pitch) > 2 else after.pitch + 2
        half = note.length / 2
        passing = nearest(between, tuple({p % 12 for p in scale}))
        out.append(Note(note.start, half, note.pitch, note.velocity))
        out.append(Note(note.start + half * 1.06, half * 0.9, passing, note.velocity * 0.8))
    return out


def _answers(score: Score, section: Section, sung: tuple[SungNote, ...]) -> list[Note]:
    """Short replies in the breaths of the singer, and a hook over the bars that have no words."""
    beats = phrase_bars(score.style.bpm) * BEATS
    die = dice(score.seed, "answers", section.kind, section.turn)
    notes: list[Note] = []
    for index in range(section.bars * BEATS // beats):
        first = section.beat + index * beats
        if index >= len(section.phrases):
            notes += _phrase(score, section, index, False)
            continue
        end = score.clock(first + beats)
        here = [note for note in sung if score.clock(first) - 0.3 <= note.start < end]
        free = max((note.start + note.length for note in here), default=end)
        if index % 2 == 1 and die.random() < 0.45 + 0.4 * section.energy:
            notes += _reply(score, free, first + beats, die.choice((1, -1)), 0.4 + 0.2 * section.energy)
    return notes


def _reply(score: Score, free: float, end_beat: float, way: int, velocity: float) -> list[Note]:
    """Steps up or down the scale in the last free eighths before a beat."""
    scale = scale_pitches(score.style.tonic, score.style.mode, 40, 100)
    goal = nearest(_centre(score), score.harmony.at(end_beat).tones[:3])
    place = min(range(len(scale)), key=lambda i: abs(scale[i] - goal))
    notes = []
    for back in (4, 3, 2, 1):
        start = score.clock(end_beat - back / 2)
        if start > free + 0.12:
            pitch = scale[place - way * back]
            notes.append(Note(start, 0.24 * 120 / score.style.bpm, pitch, velocity))
    return notes


def _farewell(score: Score) -> list[Note]:
    """The tonic over the last chord."""
    pitch = nearest(_centre(score), (score.style.tonic,))
    return [Note(score.clock(score.end), 3.0, pitch, 0.5)]
