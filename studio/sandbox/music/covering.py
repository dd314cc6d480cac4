"""The same song in another style."""

import math
from collections.abc import Callable
from dataclasses import replace

from .leadline import register
from .parts import beside
from .request import Word
from .score import Note, Score, Track
from .singing import CENTRES, SungNote
from .song import Song, arrange, clock_of, title_of
from .style import TEMPO, Style, named_family, plain, recoloured, style_of

PACES = (0.7, 1.4)  # of the melody: as singers can follow

Time = Callable[[float], float]


def covered(song: Song, instruction: str, strength: float, title: str, seed: int) -> Song:
    """A song with its words, melody, chords and form, played as an instruction says.

    `strength` is how far it goes away: at 0 tempo, energy and voice stay as they were, and a genre that is
    not named stays too; up to 0.5 the tempo moves to that of the new style; above 0.5 the singer may change.
    """
    style = _restyled(song, instruction, strength, seed)
    times = _times(song, style)
    slowest, fastest = (song.style.bpm * times * pace for pace in PACES)
    style = replace(style, bpm=min(fastest, max(slowest, style.bpm)))
    before, after = clock_of(song.style), clock_of(style)

    def moved(time: float) -> float:
        return after(before.beat(time) * times)

    energy = 0.5 * (style.energy - song.style.energy)
    sections = tuple(
        replace(
            section,
            start=round(section.start * times),
            bars=round(section.bars * times),
            energy=min(1.0, max(0.1, section.energy + energy)),
        )
        for section in song.sections
    )
    harmony = song.harmony.part(0.0, math.inf, stretch=times)
    score = Score(seed, style, sections, after, harmony, song.tunes)
    sung = _sung(song, style, moved) if style.sings else ()
    words = tuple(Word(w.text, round(moved(w.start), 3), round(moved(w.end), 3)) for w in song.words)
    request = replace(song.request, sound=instruction, title=title, seed=seed)
    made = arrange(request, title_of(request), score, (sung, words if sung else ()))
    return replace(made, title=title or song.title, lead=_lead(song, style, moved))


def _restyled(song: Song, instruction: str, strength: float, seed: int) -> Style:
    old = song.style
    kept = recoloured(old, instruction)
    new = style_of(replace(song.request, sound=instruction, seed=seed, sound_strength=max(0.3, strength)))
    if not named_family(instruction) and strength < 0.5:
        new = replace(kept, bpm=new.bpm if TEMPO.search(plain(instruction)) else old.bpm)
    way = 1.0 if TEMPO.search(plain(instruction)) else min(1.0, 2 * strength)
    return replace(
        new,
        bpm=float(round(old.bpm * (new.bpm / old.bpm) ** way)),
        tonic=old.tonic,
        mode=old.mode,
        energy=old.energy + (new.energy - old.energy) * strength,
        voice=new.voice if strength > 0.5 else kept.voice,
        sings=kept.sings,
    )


def _times(song: Song, style: Style) -> float:
    """How many bars of the new song one of the old takes, so that the melody keeps about its pace."""
    whole = [section.start for section in song.sections] + [section.bars for section in song.sections]
    ways = [way for way in (0.5, 1.0, 2.0) if all(bars * way % 1 == 0 for bars in whole)]
    return min(ways, key=lambda way: abs(math.log(style.bpm / song.style.bpm / way)))


def _sung(song: Song, style: Style, moved: Time) -> tuple[SungNote, ...]:
    shift = CENTRES[style.voice] - CENTRES[song.style.voice]
    return tuple(
        replace(
            note,
            start=moved(note.start),
            length=moved(note.start + note.length) - moved(note.start),
            pitch=note.pitch + shift,
        )
        for note in song.sung
    )


def _lead(song: Song, style: Style, moved: Time) -> Track:
    """What the lead played, in octaves that suit the new one; with nobody to sing, the words' melody too."""
    notes = song.lead.notes
    shift = _octaves(register(style.lead) - register(song.style.lead))
    line = [(note, note.pitch + shift) for note in notes]
    if song.sung and not style.sings:
        up = _octaves(register(style.lead) - CENTRES[song.style.voice])
        voice = [Note(n.start, n.length, n.pitch, n.velocity) for n in song.sung]
        line = [(note, note.pitch + shift) for note in beside(notes, song.sung)]
        line = sorted([*line, *((n, n.pitch + up) for n in voice)], key=lambda each: each[0].start)
    return Track(style.lead, tuple(_played(note, pitch, moved) for note, pitch in line), 0.0, 0.12)


def _played(note: Note, pitch: float, moved: Time) -> Note:
    start = max(0.0, moved(note.start))
    return Note(start, moved(note.start + note.length) - start, pitch, note.velocity)


def _octaves(steps: float) -> int:
    return 12 * round(steps / 12)
