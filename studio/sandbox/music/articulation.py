"""From sung notes to what the throat and the mouth do, many times a second."""

from dataclasses import dataclass

import numpy as np

from .chance import noise
from .dsp import RATE, Audio
from .formants import CONSONANTS, VOWELS, Part
from .singing import SungNote

STEP = 128  # samples between two controls: 2.9 ms
# Start, end, part of a sound, resonances at its start and at its end, strength
Segment = tuple[float, float, Part, tuple[float, ...], tuple[float, ...], float]
LEAD, TAIL = 0.16, 0.30  # seconds before the first and after the last note


@dataclass(frozen=True)
class Gestures:
    """Controls of one phrase, one row per STEP samples, from `start` seconds on."""

    start: float
    pitch: Audio
    voiced: Audio
    breath: Audio
    hiss: Audio
    colour: Audio  # centre in Hz and width in octaves of the hiss
    formants: Audio  # three resonances in Hz
    effort: Audio


def gestures(notes: list[SungNote], pitches: list[int], seed: str) -> Gestures:
    """The movements that sing notes, up to a breath, at other pitches where a harmony is sung."""
    start = notes[0].start - LEAD
    count = int((notes[-1].start + notes[-1].length + TAIL - start) * RATE / STEP)
    voiced, breath, hiss, effort = (np.zeros(count, dtype=np.float32) for _ in range(4))
    colour = np.tile(np.array([4000.0, 1.0], dtype=np.float32), (count, 1))
    formants = np.zeros((count, 3), dtype=np.float32)
    for begin, end, part, first, last, force in _segments(notes):
        rows = slice(max(0, round((begin - start) * RATE / STEP)), max(0, round((end - start) * RATE / STEP)))
        size = len(voiced[rows])
        voiced[rows], breath[rows], hiss[rows] = part.voiced * force, part.breath * force, part.hiss * force
        colour[rows] = (part.centre, part.width)
        formants[rows] = _glide(first, last, size)
        effort[rows] = force
    return Gestures(
        start,
        _pitch_line(notes, pitches, start, count, seed),
        _smooth(voiced, 9), _smooth(breath, 7), _smooth(hiss, 3), colour,
        np.stack([_smooth(line, 15) for line in _held(formants).T], axis=1),
        _smooth(effort, 25),
    )  # fmt: skip


def _segments(notes: list[SungNote]) -> list[Segment]:
    """Every stretch of a phrase, in order."""
    out: list[Segment] = []
    for index, note in enumerate(notes):
        following = notes[index + 1] if index + 1 < len(notes) else None
        before = notes[index - 1] if index else None
        room = 0.14 if before is None else min(0.16, 0.42 * before.length)
        vowels = [VOWELS[name] for name in note.syllable.vowel]
        onset = _parts(note.syllable.onset, room)
        at = note.start - sum(part.length for part in onset)
        for part in onset:
            shape = part.formants or vowels[0]
            out.append((at, at + part.length, part, shape, shape, note.velocity))
            at += part.length
        end = note.start + note.length
        coda = _parts(note.syllable.coda, min(0.2, 0.4 * note.length))
        stop = end
        if following:
            onset_room = min(0.16, 0.42 * note.length)
            stop -= sum(part.length for part in [*coda, *_parts(following.syllable.onset, onset_room)])
        stop = max(stop, note.start + 0.3 * note.length)
        glide = stop - (0.42 if len(vowels) > 1 else 0.0) * (stop - note.start)
        out.append((note.start, glide, Part(0, 1.0), vowels[0], vowels[0], note.velocity))
        out.append((glide, stop, Part(0, 0.94), vowels[0], vowels[-1], note.velocity))
        for part in coda:
            shape = part.formants or vowels[-1]
            out.append((stop, stop + part.length, part, shape, shape, note.velocity))
            stop += part.length
    return out


def _parts(consonants: str, room: float) -> list[Part]:
    """The parts of some consonants, hurried if they do not fit into `room` seconds."""
    parts = [part for c in consonants for part in CONSONANTS.get(c, ())]
    total = sum(part.length for part in parts)
    if total <= room:
        return parts
    return [Part(**{**vars(part), "length": part.length * room / total}) for part in parts]


def _glide(first: tuple[float, ...], last: tuple[float, ...], size: int) -> Audio:
    return np.linspace(np.array(first), np.array(last), max(size, 1))[:size].astype(np.float32)


def _held(formants: Audio) -> Audio:
    """Rows that no sound has set take over the row before; the first ones the first that is set."""
    known = np.maximum.accumulate(np.where(formants[:, 0] > 0, np.arange(len(formants)), 0))
    filled = formants[known]
    first = int(np.argmax(filled[:, 0] > 0))
    filled[:first] = filled[first]
    return filled


def _smooth(line: Audio, width: int) -> Audio:
    """A Hann-shaped moving average."""
    window = np.hanning(width + 2)[1:-1]
    padded = np.pad(line, (width // 2, width // 2), mode="edge")
    return np.convolve(padded, window / window.sum(), mode="valid").astype(np.float32)[: len(line)]


def _pitch_line(notes: list[SungNote], pitches: list[int], start: float, count: int, seed: str) -> Audio:
    """MIDI pitch: slides between notes, a scoop into the first, vibrato on the long ones, a human tremble."""
    time = np.arange(count, dtype=np.float32) * np.float32(STEP / RATE) + np.float32(start)
    line = np.full(count, float(pitches[0]), dtype=np.float32)
    depth = np.zeros(count, dtype=np.float32)
    for note, pitch in zip(notes, pitches, strict=True):
        line[time >= note.start - 0.03] = pitch
        if note.length > 0.32:
            rows = (time > note.start + 0.18) & (time < note.start + note.length + 0.1)
            depth[rows] = min(0.42, 0.25 + 0.2 * (note.length - 0.32))
    line = _smooth(line, 21)
    line -= 0.9 * np.exp(-np.maximum(0, time - notes[0].start + 0.05) * 16)
    sway = np.sin(2 * np.pi * (5.3 + 0.25 * np.sin(time * 0.9)) * (time - np.float32(start)))
    tremble = (
        _smooth(noise(count, "tremble", seed), 61) * 0.55 + _smooth(noise(count, "drift", seed), 301) * 0.6
    )
    return (line + _smooth(depth, 81) * sway + tremble * 0.35).astype(np.float32)
