"""A song as notes: everything that is decided before a sound is made."""

import re
from dataclasses import dataclass

from .bassline import bass_track
from .comping import chord_tracks
from .drumming import drum_hits
from .form import Section, form
from .leadline import lead_track
from .request import SongRequest, Word
from .score import Clock, Hit, Score, Track, harmonise
from .singing import SungNote, sing
from .style import Style, style_of
from .syllables import words

RING = 4.6  # seconds from the final chord to the end, with a room of ordinary size
TITLE_LENGTH = 80


@dataclass(frozen=True)
class Song:
    """The finished composition. Times in seconds; `duration` includes the last chord's ring."""

    request: SongRequest
    title: str
    style: Style
    sections: tuple[Section, ...]
    duration: float
    beat: float
    hits: tuple[Hit, ...]
    bass: Track
    chords: tuple[Track, ...]
    lead: Track
    sung: tuple[SungNote, ...]
    words: tuple[Word, ...]


def compose(request: SongRequest) -> Song:
    """Write a song for an order. Pure and quick: the same order gives the same song."""
    style = style_of(request)
    sections = form(request.lyrics, style)
    family = style.family
    clock = Clock(style.bpm, family.swing, family.grid)
    score = Score(request.seed, style, sections, clock, harmonise(request.seed, style, sections))
    sung, times = sing(score)
    return Song(
        request=request,
        title=title_of(request),
        style=style,
        sections=sections,
        duration=clock(score.end) + RING + 0.5 * min(4.0, family.reverb),
        beat=60 / style.bpm,
        hits=drum_hits(score),
        bass=bass_track(score),
        chords=chord_tracks(score),
        lead=lead_track(score, sung),
        sung=sung,
        words=times,
    )


def title_of(request: SongRequest) -> str:
    """The title of the order, or the first words that are sung or said."""
    given = " ".join(request.title.split())
    if given:
        return given[:TITLE_LENGTH]
    text = re.sub(r"\[[^\]]*\]", " ", request.lyrics)
    line = next((words(line) for line in text.splitlines() if words(line)), None) or words(request.sound)
    return " ".join(line[:5])[:TITLE_LENGTH].capitalize() or "Untitled"
