"""The whole way: from an order to files in a folder."""

from pathlib import Path

from .cover import draw_cover
from .dsp import RATE
from .encode import write_m4a
from .render import render_mix
from .request import Rendered, SongRequest
from .song import compose
from .wav import write_wav

ARTIST = "Studio sandbox"
COMMENT = "Rendered by the sandbox, not by the hosted service"
LONGEST_TAG = 20_000


def make_song(request: SongRequest, folder: Path, name: str) -> Rendered:
    """Compose, render and write `<name>.m4a`, `<name>-wav.wav` and `<name>-img.jpg` into a folder.

    The same request gives the same wav bytes. Raises studio.audio.ffmpeg.FfmpegError when encoding fails.
    """
    song = compose(request)
    audio, wav, cover = (folder / f"{name}{ending}" for ending in (".m4a", "-wav.wav", "-img.jpg"))
    mix = render_mix(song)
    title, lyrics = _tag(song.title), _tag(request.lyrics)
    write_wav(
        wav,
        mix,
        {"INAM": title, "IART": ARTIST, "ICMT": COMMENT, "IGNR": song.style.family.name, "ILYR": lyrics},
    )
    duration = mix.shape[1] / RATE
    del mix
    draw_cover(cover, song)
    tags = {
        "title": title,
        "artist": ARTIST,
        "comment": COMMENT,
        "genre": song.style.family.name,
        "lyrics": lyrics,
    }
    write_m4a(audio, wav, cover, tags)
    return Rendered(audio, wav, cover, duration, song.title, song.words)


def _tag(text: str) -> str:
    """Text that fits into a tag and on a command line: no NUL, no half characters, not too long."""
    return text[:LONGEST_TAG].replace("\0", "").encode(errors="replace").decode()
