"""A composer for tests that need a song at once: two seconds of a tone as m4a and wav, and a picture."""

import io
import math
import struct
import tempfile
import wave
from functools import cache
from pathlib import Path

from PIL import Image

from studio.audio import ffmpeg
from studio.sandbox.music import Rendered, SongRequest

SECONDS = 2.0
RATE = 44100


def compose(request: SongRequest, folder: Path, name: str) -> Rendered:
    """Same signature as `studio.sandbox.music.make_song`, in about a millisecond."""
    audio, wav, cover = folder / f"{name}.m4a", folder / f"{name}-wav.wav", folder / f"{name}-img.jpg"
    for path, content in zip((audio, wav, cover), _contents(), strict=True):
        path.write_bytes(content)
    return Rendered(audio, wav, cover, SECONDS, request.title or "Quick tone", ())


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
