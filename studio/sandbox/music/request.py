"""What is ordered from the composer and what comes back."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

Recipe = dict[str, Any]


@dataclass(frozen=True)
class SongRequest:
    """One order. All text may be empty; `lyrics` may carry section headings such as `[Verse 1]`."""

    sound: str
    lyrics: str
    title: str
    seed: int
    instrumental: bool = False
    model: str = "FUZZ-2.0"
    lyrics_strength: float = 0.5
    sound_strength: float = 0.5


class Word(NamedTuple):
    """A sung word and its time in seconds."""

    text: str
    start: float
    end: float


@dataclass(frozen=True)
class Rendered:
    """The files of a finished song. `duration` is the exact length of the wav in seconds.

    `recipe` is JSON from which recipes.py composes the same song again; {} where a recording is in it.
    """

    audio: Path
    wav: Path
    cover: Path
    duration: float
    title: str
    words: tuple[Word, ...]
    recipe: Recipe
