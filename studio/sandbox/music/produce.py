"""The whole way: from an order to files in a folder."""

from collections.abc import Iterable
from pathlib import Path

from .cover import draw_cover
from .dsp import RATE
from .encode import write_m4a
from .recipes import recipe_of
from .render import render_mix
from .request import Recipe, Rendered, SongRequest
from .song import Song, compose
from .wav import Frames, pcm, write_frames

ARTIST = "Studio sandbox"
COMMENT = "Rendered by the sandbox, not by the hosted service"
LONGEST_TAG = 20_000


def make_song(request: SongRequest, folder: Path, name: str) -> Rendered:
    """Compose, render and write `<name>.m4a`, `<name>-wav.wav` and `<name>-img.jpg` into a folder.

    The same request gives the same wav bytes. Raises studio.audio.ffmpeg.FfmpegError when encoding fails.
    """
    return publish_song(folder, name, compose(request), recipe_of(request))


def publish_song(folder: Path, name: str, song: Song, recipe: Recipe) -> Rendered:
    """Render a song and write its files; see make_song."""
    mix = render_mix(song)
    return publish(folder, name, song, mix.shape[1], pcm(mix), recipe)


def publish(
    folder: Path, name: str, song: Song, count: int, frames: Iterable[Frames], recipe: Recipe
) -> Rendered:
    """Write the files of a song whose `count` frames come block by block; see make_song."""
    audio, wav, cover = (folder / f"{name}{ending}" for ending in (".m4a", "-wav.wav", "-img.jpg"))
    tags = {
        "title": _tag(song.title),
        "artist": ARTIST,
        "comment": COMMENT,
        "genre": song.style.family.name,
        "lyrics": _tag(song.request.lyrics),
    }
    keys = ("INAM", "IART", "ICMT", "IGNR", "ILYR")
    write_frames(wav, count, frames, dict(zip(keys, tags.values(), strict=True)))
    draw_cover(cover, song)
    write_m4a(audio, wav, cover, tags)
    return Rendered(audio, wav, cover, count / RATE, song.title, song.words, recipe)


def _tag(text: str) -> str:
    """Text that fits into a tag and on a command line: no NUL, no half characters, not too long."""
    return text[:LONGEST_TAG].replace("\0", "").encode(errors="replace").decode()
