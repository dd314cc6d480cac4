"""A song as notes: everything that is decided before a sound is made."""

import re
from dataclasses import dataclass

from .bassline import bass_track
from .comping import chord_tracks
from .drumming import drum_hits
from .form import Section, form
from .leadline import lead_track
from .request import SongRequest, Word
from .score import Clock, Harmony, Hit, Score, Track, harmonise
from .singing import SungNote, sing
from .style import Style, style_of
from .syllables import words

RING = 4.6  # seconds from the final chord to the end, with a room of ordinary size
TITLE_LENGTH = 80


@dataclass(frozen=True)
class Song:
    """The finished composition. Times in seconds; `duration` includes the last chord's ring.

    `tunes` is the seed of the melodies.
    """

    request: SongRequest
    title: str
    style: Style
    sections: tuple[Section, ...]
    harmony: Harmony
    duration: float
    beat: float
    hits: tuple[Hit, ...]
    bass: Track
    chords: tuple[Track, ...]
    lead: Track
    sung: tuple[SungNote, ...]
    words: tuple[Word, ...]
    tunes: int


def compose(request: SongRequest) -> Song:
    """Write a song for an order. Pure and quick: the same order gives the same song."""
    style = style_of(request)
    sections = form(request.lyrics, style)
    harmony = harmonise(request.seed, style, sections)
    score = Score(request.seed, style, sections, clock_of(style), harmony, request.seed)
    return arrange(request, title_of(request), score, sing(score))


def arrange(
    request: SongRequest, title: str, score: Score, sung: tuple[tuple[SungNote, ...], tuple[Word, ...]]
) -> Song:
    """A song of what is sung and when, with the parts of all players written around it."""
    style = score.style
    return Song(
        request=request,
        title=title,
        style=style,
        sections=score.sections,
        harmony=score.harmony,
        duration=score.clock(score.end) + RING + 0.5 * min(4.0, style.family.reverb),
        beat=60 / style.bpm,
        hits=drum_hits(score),
        bass=bass_track(score),
        chords=chord_tracks(score),
        lead=lead_track(score, sung[0]),
        sung=sung[0],
        words=sung[1],
        tunes=score.tunes,
    )


def clock_of(style: Style) -> Clock:
    """The time of a style's songs."""
    return Clock(style.bpm, style.family.swing, style.family.grid)


def title_of(request: SongRequest) -> str:
    """The title of the order, or the first words that are sung or said."""
    given = " ".join(request.title.split())
    if given:
        return given[:TITLE_LENGTH]
    text = re.sub(r"\[[^\]]*\]", " ", request.lyrics)
    line = next((words(line) for line in text.splitlines() if words(line)), None) or words(request.sound)
    return " ".join(line[:5])[:TITLE_LENGTH].capitalize() or "Untitled"
