"""The stems of a song: each bus as a file of its own."""

from pathlib import Path

import numpy as np

from .dsp import Audio, decibels, samples
from .master import fade_out
from .pieces import Piece
from .produce import ARTIST
from .recipes import pieces_of
from .render import BUSES, render_wet
from .request import Recipe
from .wav import write_wav

EDGE = 0.01  # seconds in which a piece fades at a border


def stems_of(recipe: Recipe, folder: Path, name: str) -> dict[str, Path]:
    """Write `<name>-<bus>.wav` for drums, bass, chords, lead and, of a sung song, voice.

    All are as long as the song, with their share of the room; their sum is the song before the master.
    Raises ValueError for an empty recipe: a recording has no stems.
    """
    pieces = pieces_of(recipe)
    buses = [bus for bus in BUSES if bus != "voice" or any(piece.take.sung for piece in pieces)]
    paths = {bus: folder / f"{name}-{bus}.wav" for bus in buses}
    for bus, path in paths.items():
        write_wav(path, _stem(pieces, bus), {"INAM": bus, "IART": ARTIST})
    return paths


def _stem(pieces: list[Piece], bus: str) -> Audio:
    out = np.zeros((2, samples(pieces[-1].end)), dtype=np.float32)
    for piece in pieces:
        # Two pieces of one song, before and after another, sound from one rendering.
        if piece is next(p for p in pieces if p.take is piece.take):
            sound = render_wet(piece.take, bus)
            for each in (p for p in pieces if p.take is piece.take):
                _lay(out, sound, each)
    fade_out(out, 3.0)
    return out


def _lay(out: Audio, sound: Audio, piece: Piece) -> None:
    start, stop, zero = samples(piece.start), samples(piece.end), samples(piece.zero)
    part = sound[:, start - zero : stop - zero] * np.float32(decibels(piece.gain))
    edge = np.linspace(0, 1, min(samples(EDGE), part.shape[1]), dtype=np.float32)
    if start:
        part[:, : len(edge)] *= edge
    if stop < out.shape[1]:
        part[:, part.shape[1] - len(edge) :] *= edge[::-1]
    out[:, start : start + part.shape[1]] += part
