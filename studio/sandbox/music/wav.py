"""Writing 16-bit wav files with LIST INFO tags."""

import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from .chance import noise
from .dsp import RATE, Audio

BLOCK = 1 << 18


def write_wav(path: Path, mix: Audio, tags: Mapping[str, str]) -> None:
    """Write a stereo sound (2, n) as 16 bit, 44.1 kHz. `tags` are four-letter INFO keys and texts."""
    info = _info(tags)
    size = mix.shape[-1] * 4
    with path.open("wb") as file:
        file.write(struct.pack("<4sI4s", b"RIFF", 4 + 24 + len(info) + 8 + size, b"WAVE"))
        file.write(struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 2, RATE, RATE * 4, 4, 16))
        file.write(info)
        file.write(struct.pack("<4sI", b"data", size))
        for start in range(0, mix.shape[-1], BLOCK):
            file.write(_pcm(mix[:, start : start + BLOCK], start))


def _pcm(part: Audio, start: int) -> bytes:
    """Little-endian 16-bit frames with a little dither."""
    hiss = noise(part.size, "dither", start).reshape(part.shape)
    scaled = part * np.float32(32767) + hiss * np.float32(0.4)
    return np.clip(np.rint(scaled), -32768, 32767).astype("<i2").T.tobytes()


def _info(tags: Mapping[str, str]) -> bytes:
    body = b"INFO"
    for key, text in tags.items():
        data = text.encode() + b"\0"
        body += key.encode() + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    return struct.pack("<4sI", b"LIST", len(body)) + body
