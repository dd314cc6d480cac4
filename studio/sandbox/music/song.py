"""From an order to files."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .chance import dice
from .cover import draw_cover
from .dsp import RATE, Audio, add, hertz, partials, samples
from .encode import write_m4a
from .master import fade_out, master
from .request import Rendered, SongRequest
from .wav import write_wav


@dataclass(frozen=True)
class Song:
    request: SongRequest
    chords: tuple[tuple[int, ...], ...]


def compose(request: SongRequest) -> Song:
    die = dice(request.seed, "chords")
    roots = die.sample([0, 5, 7, 9, 2], 4)
    return Song(request, tuple((48 + r, 52 + r, 55 + r) for r in roots))


def render_stems(song: Song) -> dict[str, Audio]:
    chords = np.zeros((2, 62 * RATE), dtype=np.float32)
    for beat in range(120):
        for pitch in song.chords[beat // 8 % 4]:
            freq = hertz(pitch)
            note = partials([freq * k for k in range(1, 8)], [1 / k for k in range(1, 8)], [2.0 + k for k in range(1, 8)], samples(2))
            add(chords, note, samples(beat * 0.5), 0.2)
    return {"chords": chords.T}


def make_song(request: SongRequest, folder: Path, name: str) -> Rendered:
    song = compose(request)
    mix = np.ascontiguousarray(sum(render_stems(song).values()).T)
    fade_out(mix, 2.0)
    master(mix)
    title = request.title or "Untitled"
    audio, wav, cover = folder / f"{name}.m4a", folder / f"{name}-wav.wav", folder / f"{name}-img.jpg"
    write_wav(wav, mix, {"INAM": title})
    draw_cover(cover, request.seed)
    write_m4a(audio, wav, cover, {"title": title})
    return Rendered(audio, wav, cover, mix.shape[-1] / RATE, title, ())
