"""Songs in pieces: several compositions on one grid of bars, each heard for a stretch of time."""

from dataclasses import dataclass, replace
from typing import TypeVar

from .form import BEATS, Section, phrase_bars
from .request import Word
from .score import Harmony, Hit, Note, Track
from .singing import SungNote
from .song import Song, clock_of

LEAD_IN = 3.0  # seconds of the music before a border that are played again, for what rings on

EARLY = 0.03  # seconds that a player may come before the beat

Played = TypeVar("Played", Note, Hit, SungNote)
Timed = TypeVar("Timed", Note, Hit, SungNote, Word)


@dataclass(frozen=True)
class Piece:
    """What is heard of a song from `start` to `end`, in seconds.

    The times of `song` are those of the whole, so that one clock rules all pieces. `take` is what is really
    played: a song whose own 0 is at `zero`, and which sounds in the whole `gain` dB louder than by itself.
    """

    song: Song
    take: Song
    zero: float
    start: float
    end: float
    words: tuple[Word, ...]
    gain: float = 0.0


def complete(song: Song) -> Piece:
    """A song from its first sound to its last."""
    return Piece(song, song, 0.0, 0.0, song.duration, song.words)


def stretch(song: Song, start: float, end: float, before: Song | None = None) -> Piece:
    """A song between two times. The players of `before` lead in, so that they ring on over the border."""
    zero = max(0.0, start - LEAD_IN) if before else start
    take = replace(
        song,
        duration=end - zero,
        hits=_moved(_entering(song.hits, start, end), zero),
        bass=_entered(song.bass, start, end, zero),
        chords=tuple(_entered(track, start, end, zero) for track in song.chords),
        lead=_entered(song.lead, start, end, zero),
        sung=_moved(_phrases(song.sung, start, end), zero),
    )
    if before:
        take = replace(
            take,
            hits=_moved(between(before.hits, zero, start - EARLY), zero) + take.hits,
            chords=tuple(_led_in(t, zero, start) for t in (before.bass, *before.chords)) + take.chords,
        )
    return Piece(song, take, zero, start, end, heard(song.words, start, end))


def cut(pieces: list[Piece], start: float, end: float) -> list[Piece]:
    """What is heard between two times."""
    parts = [replace(piece, start=max(piece.start, start), end=min(piece.end, end)) for piece in pieces]
    return [replace(p, words=heard(p.words, p.start, p.end)) for p in parts if p.start < p.end]


def heard(words: tuple[Word, ...], start: float, end: float) -> tuple[Word, ...]:
    """The words of which at least half is heard between two times, with the times of what is heard."""
    parts = [(word, Word(word.text, max(word.start, start), min(word.end, end))) for word in words]
    return tuple(part for word, part in parts if 2 * (part.end - part.start) >= word.end - word.start)


def whole(pieces: list[Piece]) -> Song:
    """All pieces as one song in the style of the first, with every note that begins in its piece."""
    first = pieces[0].song
    if len(pieces) == 1:
        return first
    songs = [_notes(piece) for piece in pieces]
    layers = max(len(song.chords) for song in songs)
    return replace(
        first,
        style=replace(first.style, sings=any(song.style.sings for song in songs)),
        sections=tuple(section for song in songs for section in song.sections),
        harmony=Harmony([span for song in songs for span in song.harmony.spans]),
        duration=pieces[-1].end,
        hits=tuple(hit for song in songs for hit in song.hits),
        bass=_joined([song.bass for song in songs]),
        chords=tuple(_joined([s.chords[n] for s in songs if n < len(s.chords)]) for n in range(layers)),
        lead=_joined([song.lead for song in songs]),
        sung=tuple(note for song in songs for note in song.sung),
        words=tuple(word for piece in pieces for word in piece.words),
    )


def _notes(piece: Piece) -> Song:
    """The song of a piece without what is not heard."""
    song, start, end = piece.song, piece.start, piece.end
    clock = clock_of(song.style)
    first, last = clock.beat(start), clock.beat(end)
    sung = between(song.sung, start, end)
    return replace(
        song,
        sections=clipped(song, round(first / BEATS), round(last / BEATS)),
        harmony=song.harmony.part(first, last),
        hits=between(song.hits, start, end),
        bass=_within(song.bass, start, end),
        chords=tuple(_within(track, start, end) for track in song.chords),
        lead=_within(song.lead, start, end),
        # Who is cut short takes a breath.
        sung=(*sung[:-1], replace(sung[-1], last=True)) if sung else (),
    )


def clipped(song: Song, first: int, last: int) -> tuple[Section, ...]:
    """The sections of a song between two bars."""
    unit = phrase_bars(song.style.bpm)
    parts = []
    for section in song.sections:
        start, end = max(section.start, first), min(section.start + section.bars, last)
        skip = -(-(start - section.start) // unit)
        phrases = section.phrases[skip : skip + max(0, end - start) // unit]
        parts.append(replace(section, start=start, bars=end - start, phrases=phrases))
    return tuple(part for part in parts if part.bars > 0)


def between(notes: tuple[Timed, ...], start: float, end: float) -> tuple[Timed, ...]:
    """What begins in a stretch of time."""
    return tuple(note for note in notes if start <= note.start < end)


def _phrases(sung: tuple[SungNote, ...], start: float, end: float) -> tuple[SungNote, ...]:
    """All notes, from breath to breath, of the phrases that are heard in a stretch."""
    phrases: list[list[SungNote]] = [[]]
    for note in sung:
        phrases[-1].append(note)
        if note.last:
            phrases.append([])
    return tuple(
        note
        for phrase in phrases
        if phrase and phrase[0].start < end and phrase[-1].start + phrase[-1].length > start
        for note in phrase
    )


def _joined(tracks: list[Track]) -> Track:
    return replace(tracks[0], notes=tuple(note for track in tracks for note in track.notes))


def _within(track: Track, start: float, end: float) -> Track:
    return replace(track, notes=between(track.notes, start, end))


def _entered(track: Track, start: float, end: float, zero: float) -> Track:
    return replace(track, notes=_moved(_entering(track.notes, start, end), zero))


def _led_in(track: Track, zero: float, start: float) -> Track:
    return replace(track, notes=_moved(between(track.notes, zero, start - EARLY), zero))


def _entering(notes: tuple[Played, ...], start: float, end: float) -> tuple[Played, ...]:
    """What begins in a stretch; who would come in a little before it waits."""
    return tuple(replace(n, start=max(start, n.start)) for n in between(notes, start - EARLY, end))


def _moved(notes: tuple[Played, ...], zero: float) -> tuple[Played, ...]:
    return tuple(replace(note, start=note.start - zero) for note in notes)
