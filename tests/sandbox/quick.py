"""Makers for tests that need results at once: two seconds of a tone as m4a and wav, a picture, a video."""

import io
import math
import struct
import tempfile
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from PIL import Image

from studio.audio import ffmpeg
from studio.sandbox.makers import Makers, Recipe
from studio.sandbox.music import LyricDraft, Rendered, SongRequest, Word
from studio.sandbox.server import Sandbox
from tests.running import RunningStudio

SECONDS = 2.0
RATE = 44100
STEMS = ("drums", "bass")


def compose(request: SongRequest, folder: Path, name: str) -> Rendered:
    """Same signature as `studio.sandbox.music.make_song`, in about a millisecond."""
    return _song(folder, name, request.title or "Quick tone", {"made": "compose", "seed": request.seed})


def extend(recipe: Recipe, audio: Path, starts_at: float, length: float, *rest: Any) -> Rendered:
    instruction, lyrics, _, folder, name = rest
    made = {"made": "extend", "of": recipe, "at": [starts_at, length], "new": [instruction, lyrics]}
    return _song(folder, name, "An extension", made)


def replace(recipe: Recipe, audio: Path, starts_at: float, ends_at: float, *rest: Any) -> Rendered:
    instruction, lyrics, _, folder, name = rest
    heard = ffmpeg.decoded_seconds(audio, demuxer="wav")
    made = {"made": "replace", "of": recipe, "at": [starts_at, ends_at], "new": [instruction, lyrics]}
    return _song(folder, name, "A replacement", {**made, "heard": heard})


def cover(recipe: Recipe, audio: Path, instruction: str, strength: float, title: str, *rest: Any) -> Rendered:
    _, folder, name = rest
    made = {"made": "cover", "of": recipe, "new": [instruction, strength]}
    return _song(folder, name, title, made)


def write_lyrics(prompt: str, seed: int) -> LyricDraft:
    return LyricDraft(f"On {prompt}", f"[Verse 1]\n{prompt}\n[Chorus]\nNumber {seed}", "quick folk")


def make_video(audio: Path, cover: Path, title: str, preset: str, target: Path) -> None:
    """The cover as a video as long as the song."""
    pictures = ["-loop", "1", "-framerate", "1", "-i", str(cover)]
    codecs = ["-map", "0:v", "-map", "1:a", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "copy"]
    ffmpeg.run([*pictures, "-i", str(audio), *codecs, "-shortest", str(target)])


def stems_of(recipe: Recipe, folder: Path, name: str) -> dict[str, Path]:
    paths = {stem: folder / f"{stem}.wav" for stem in STEMS}
    for path in paths.values():
        path.write_bytes(_contents()[1])
    return paths


def draw_cover(title: str, seed: int, target: Path) -> None:
    target.write_bytes(_contents()[2])


MAKERS = Makers(compose, extend, replace, cover, write_lyrics, make_video, stems_of, draw_cover)


@contextmanager
def started(studio: RunningStudio, folder: Path) -> Iterator[None]:
    """The studio beside a quick sandbox: it finds that one there and starts none of its own.

    For tests that are about the studio's processes and not about music, which takes ten seconds a song.
    """
    port = urlsplit(studio.sandbox_url).port
    assert port
    server = Sandbox(folder, studio.key, port=port, makers=MAKERS)
    server.start()
    try:
        studio.start()
        try:
            yield
        finally:
            studio.stop()
    finally:
        server.stop()


def _song(folder: Path, name: str, title: str, recipe: Recipe) -> Rendered:
    audio, wav, picture = folder / f"{name}.m4a", folder / f"{name}-wav.wav", folder / f"{name}-img.jpg"
    for path, content in zip((audio, wav, picture), _contents(), strict=True):
        path.write_bytes(content)
    return Rendered(audio, wav, picture, SECONDS, title, (Word("night", 0.5, 1.0),), recipe)


@cache
def _contents() -> tuple[bytes, bytes, bytes]:
    with tempfile.TemporaryDirectory() as name:
        wav, m4a = Path(name, "tone.wav"), Path(name, "tone.m4a")
        wav.write_bytes(_tone())
        ffmpeg.run(["-i", str(wav), "-c:a", "aac", "-b:a", "192k", str(m4a)])
        return m4a.read_bytes(), wav.read_bytes(), _picture()


def _tone() -> bytes:
    levels = (int(6000 * math.sin(2 * math.pi * 440 * frame / RATE)) for frame in range(int(SECONDS * RATE)))
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(2)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(b"".join(struct.pack("<hh", level, level) for level in levels))
    return file.getvalue()


def _picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 64), "#7a5c3e").save(file, "JPEG")
    return file.getvalue()
