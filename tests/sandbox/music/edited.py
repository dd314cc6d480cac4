"""What the tests of edited songs look at: one short song, and borders in a decoded sound."""

import fcntl
import pickle
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from studio.audio import ffmpeg
from studio.sandbox.music import Rendered, SongRequest, Word, make_song
from tests.running import RunningStudio

RATE = 44100
LYRICS = """[Verse 1]
Walking down the midnight street
I can hear my own heartbeat
[Chorus]
Oh we are rivers running home
Never again to be alone
"""
ORDER = SongRequest("pop in D minor, 116 bpm, female vocals", LYRICS, "Rivers", 7)
BAR = 4 * 60 / 116


@cache
def original() -> Rendered:
    """A song of about a minute, rendered once in a run: the workers find what the first of them has made."""
    assert RunningStudio.shelf
    shelf = RunningStudio.shelf.parent / "songs"
    shelf.mkdir(exist_ok=True)
    note = shelf / "original"
    with (shelf / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not note.exists():
            note.write_bytes(pickle.dumps(make_song(ORDER, shelf, "song")))
        rendered: Rendered = pickle.loads(note.read_bytes())
    return rendered


def sound(path: Path) -> np.ndarray:
    """A wav as float32 (n, 2)."""
    return ffmpeg.decode(path, demuxer="wav")


def clicks(heard: np.ndarray, at: float) -> bool:
    """Whether the sound jumps at a time, or where the crossfade around it ends, as it does not nearby."""
    steps = np.abs(np.diff(heard, axis=0)).max(axis=1)
    near = steps[max(0, round((at - 1) * RATE)) : round((at + 1) * RATE)]
    edges = [round((at + shift) * RATE) for shift in (-0.03, 0.0, 0.03)]
    most = max(float(steps[edge - 3 : edge + 3].max(initial=0.0)) for edge in edges)
    return most > 1.2 * float(np.quantile(near, 0.999))


def level(heard: np.ndarray, start: float, end: float) -> float:
    """dB of a stretch of time."""
    part = heard[round(start * RATE) : round(end * RATE)]
    return float(10 * np.log10(np.mean(part**2) + 1e-12))


def texts(words: tuple[Word, ...], start: float = 0.0, end: float = 1e9) -> str:
    """The words that begin between two times."""
    return " ".join(word.text for word in words if start <= word.start < end)


def in_order(words: tuple[Word, ...]) -> bool:
    return all(w.start < w.end <= after.start + 0.001 for w, after in pairwise(words))
