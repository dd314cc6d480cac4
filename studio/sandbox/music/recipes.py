"""Recipes: how a song came to be, step by step, from which the same notes can be written again.

The first step makes a song ("compose", or "follow" for a recording that nobody knows the notes of), each
later one changes it ("extend", "replace", "cover"). The fields of a step are the arguments of its function.
"""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from .covering import covered
from .form import BEATS, phrase_bars, placed
from .parts import continuation, filled, variation
from .pieces import Piece, between, complete, cut, stretch, whole
from .request import Recipe, SongRequest
from .score import Score, harmonise
from .song import Song, arrange, clock_of, compose
from .style import style_of

Step = dict[str, Any]


def recipe_of(request: SongRequest) -> Recipe:
    """The recipe of a new song."""
    return {"steps": [{"do": "compose", **asdict(request)}]}


def followed(seconds: float, bar_line: float, instruction: str) -> Recipe:
    """The recipe of music that could go along with a recording: C major, with a bar line at a time."""
    return {"steps": [{"do": "follow", "seconds": seconds, "bar_line": bar_line, "instruction": instruction}]}


def with_step(recipe: Recipe, do: str, **fields: Any) -> Recipe:
    """A recipe with one step more."""
    return {"steps": [*recipe["steps"], {"do": do, **fields}]}


def pieces_of(recipe: Recipe) -> list[Piece]:
    """What is heard after all steps. Raises ValueError for the recipe of a recording, which is empty."""
    if not recipe:
        raise ValueError("a recording has no notes that are known")
    pieces: list[Piece] = []
    for step in recipe["steps"]:
        fields = {name: value for name, value in step.items() if name != "do"}
        pieces = STEPS[step["do"]](pieces, **fields)
    return pieces


def _compose(_: list[Piece], **request: Any) -> list[Piece]:
    return [complete(compose(SongRequest(**request)))]


def _extend(
    pieces: list[Piece], starts_at: float, length: float, gain: float = 0.0, **new: Any
) -> list[Piece]:
    before = _at(pieces, starts_at)
    song = continuation(before, starts_at, length, **new)
    part = stretch(song, starts_at, starts_at + length, before)
    return [*cut(pieces, 0.0, starts_at), replace(part, gain=gain)]


def _replace(
    pieces: list[Piece], starts_at: float, ends_at: float, gain: float = 0.0, **new: Any
) -> list[Piece]:
    before = _at(pieces, starts_at)
    song = variation(before, starts_at, ends_at, **new)
    part = stretch(song, starts_at, ends_at, before)
    after = cut(pieces, ends_at, pieces[-1].end)
    made = [*cut(pieces, 0.0, starts_at), replace(part, gain=gain), *after]
    if song.words != before.words:
        return made
    # The old words are sung again: no border cuts them.
    return [replace(p, words=between(song.words, p.start, p.end)) for p in made]


def _at(pieces: list[Piece], time: float) -> Song:
    """The whole song in the style that it has at a time."""
    styles = [piece.song.style for piece in pieces if piece.start <= time]
    return replace(whole(pieces), style=styles[-1])


def _cover(pieces: list[Piece], **new: Any) -> list[Piece]:
    return [complete(covered(whole(pieces), **new))]


def _follow(_: list[Piece], seconds: float, bar_line: float, instruction: str) -> list[Piece]:
    request = SongRequest(instruction, "", "", 0, instrumental=True)
    style = style_of(replace(request, sound=f"{instruction} C major"))
    bar = BEATS * 60 / style.bpm
    if bar_line > bar:
        style = replace(style, bpm=style.bpm * bar * round(bar_line / bar) / bar_line)
    bars = max(1, int(seconds * style.bpm / 60 / BEATS))
    sections = placed(filled([], bars, phrase_bars(style.bpm)), style)
    score = Score(0, style, sections, clock_of(style), harmonise(0, style, sections), 0)
    return [complete(replace(arrange(request, "Recording", score, ((), ())), duration=seconds))]


STEPS: dict[str, Callable[..., list[Piece]]] = {
    "compose": _compose,
    "extend": _extend,
    "replace": _replace,
    "cover": _cover,
    "follow": _follow,
}
