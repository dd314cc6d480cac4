"""Composing more of a song: how it goes on from somewhere, and how a part of it could go instead."""

import math
from dataclasses import replace
from itertools import cycle

from .form import BEATS, SUNG, Phrase, Plan, Section, phrase_bars, phrases_of, placed, plan
from .lyrics import blocks
from .pieces import clipped
from .request import Word
from .score import Note, Score, harmonise
from .singing import SungNote, sing
from .song import Song, arrange, clock_of
from .style import Style, recoloured

LAST_RING = 2.5  # seconds that the last chord gets at least
NEAR = 0.03  # seconds from a bar line that nobody hears
ONSET = 0.08  # seconds that the first consonant comes before its note
QUICKEST = 6.0  # syllables a second
# What is played without words, in turn: kinds of sections and how many sung lines they would take
INSTRUMENTAL = (("chorus", 4), ("bridge", 2), ("chorus", 4), ("break", 4))


def continuation(
    song: Song, starts_at: float, length: float, instruction: str, lyrics: str, seed: int
) -> Song:
    """How a song goes on at a time for `length` seconds, to a last chord: same key, tempo and tunes."""
    style = recoloured(replace(song.style, sings=bool(lyrics.strip())), instruction)
    bar = BEATS * 60 / style.bpm
    # What began before the border is there too, so that the music goes on within its bar.
    first = math.floor((starts_at + NEAR) / bar)
    begin = math.ceil((starts_at + (ONSET if style.sings else -NEAR)) / bar)
    last = max(first + 1, math.floor((starts_at + length - LAST_RING) / bar))
    plans = [Plan("break", (), begin - first)] if begin > first else []
    unit = phrase_bars(style.bpm)
    written = [plan(block, unit, style.sings) for block in blocks(lyrics)]
    sections = placed([*plans, *filled(written, last - begin, unit)], style, first)
    harmony = harmonise(song.tunes, style, sections)
    score = Score(seed, style, sections, clock_of(style), harmony, song.tunes)
    text = "\n\n".join(filter(None, [song.request.lyrics, lyrics]))
    request = replace(song.request, sound=instruction, lyrics=text, seed=seed)
    return replace(arrange(request, song.title, score, sing(score)), duration=starts_at + length)


def filled(written: list[Plan], bars: int, unit: int) -> list[Plan]:
    """The written sections as far as there is room, and music without words in the rest."""
    plans: list[Plan] = []
    room = bars
    for each in written:
        size = min(each.bars, room)
        plans.append(Plan(each.kind, each.phrases[: size // unit], size))
        room -= size
    rest: list[Plan] = []
    for kind, lines in cycle(INSTRUMENTAL):
        if room <= 0:
            break
        size = min(lines * unit, room)
        rest.append(Plan(kind if room > 2 * unit else "outro", (), size))
        room -= size
    ending = plans[-1:] if plans and plans[-1].kind == "outro" else []
    together = [*plans[: len(plans) - len(ending)], *rest, *ending]
    return [each for each in together if each.bars > 0]


def variation(song: Song, starts_at: float, ends_at: float, instruction: str, lyrics: str, seed: int) -> Song:
    """How a song could go between two times: its chords and form, other playing, other words if given."""
    style = recoloured(replace(song.style, sings=song.style.sings or bool(lyrics.strip())), instruction)
    bar = BEATS * 60 / style.bpm
    sections = clipped(song, math.floor(starts_at / bar), math.ceil(ends_at / bar)) or song.sections[-1:]
    energy = 0.5 * (style.energy - song.style.energy)
    sections = tuple(replace(s, energy=min(1.0, max(0.1, s.energy + energy))) for s in sections)
    score = Score(seed, style, sections, clock_of(style), song.harmony, song.tunes)
    sung = song.sung, song.words
    if not style.sings:
        sung = (), ()
    elif lyrics.strip():
        sung = fitted_in(score, starts_at, ends_at, lyrics)
    if sung != (song.sung, song.words):
        score = replace(score, sections=tuple(replace(s, phrases=()) for s in sections))
    request = replace(song.request, sound=instruction, seed=seed)
    made = arrange(request, song.title, score, sung)
    lead = replace(made.lead, notes=beside(made.lead.notes, made.sung))
    return replace(made, duration=song.duration, lead=lead)


def fitted_in(
    score: Score, starts_at: float, ends_at: float, lyrics: str
) -> tuple[tuple[SungNote, ...], tuple[Word, ...]]:
    """Words sung between two times, from the first beat on: as many as there is time for."""
    beat = 60 / score.style.bpm
    first = math.ceil((starts_at + ONSET) / beat)
    beats = math.floor((ends_at + NEAR) / beat) - first
    phrases = phrases_of(tuple(line for block in blocks(lyrics) for line in block.lines))
    if beats < 1 or not phrases:
        return (), ()
    line, lines = _lines(phrases, beats, score.style)
    kind = next((s.kind for s in reversed(score.sections) if s.beat <= first and s.kind in SUNG), "verse")
    section = Section(kind, 0, math.ceil(beats / BEATS), lines, score.sections[0].energy, 0)
    return sing(
        replace(
            score,
            sections=(section,),
            clock=replace(score.clock, first=first),
            harmony=score.harmony.part(first, math.inf, first=first),
            line=line,
        )
    )


def _lines(phrases: tuple[Phrase, ...], beats: int, style: Style) -> tuple[int, tuple[Phrase, ...]]:
    """Beats of one line, half as many as usual where that fits more words in, and the lines that fit."""
    line = min(beats, phrase_bars(style.bpm) * BEATS)
    most = [max(1, int(size * 60 / style.bpm * QUICKEST)) for size in (line, line // 2)]
    syllables = max(sum(len(word.syllables) for word in phrase) for phrase in phrases)
    short = len(phrases) > beats // line and syllables <= most[1] and line >= BEATS
    size, limit = (line // 2, most[1]) if short else (line, most[0])
    lines = [_shortened(phrase, limit) for phrase in phrases[: beats // size]]
    return size, tuple(phrase for phrase in lines if phrase)


def _shortened(phrase: Phrase, most: int) -> Phrase:
    """The first words of a phrase, of at most so many syllables."""
    count = 0
    for number, word in enumerate(phrase):
        count += len(word.syllables)
        if count > most:
            return phrase[:number]
    return phrase


def beside(notes: tuple[Note, ...], sung: tuple[SungNote, ...]) -> tuple[Note, ...]:
    """The notes that an instrument plays where nobody sings."""
    busy = [(note.start - 0.1, note.start + note.length + 0.1) for note in sung]
    return tuple(
        n for n in notes if not any(start < n.start + n.length and n.start < stop for start, stop in busy)
    )
