"""Reading and writing 16-bit wav files with LIST INFO tags."""

import struct
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .chance import noise
from .dsp import RATE, Audio

BLOCK = 1 << 18
FULL = np.float32(32767)

Frames = npt.NDArray[np.int16]  # (n, 2)


def write_wav(path: Path, mix: Audio, tags: Mapping[str, str]) -> None:
    """Write a stereo sound (2, n) as 16 bit, 44.1 kHz. `tags` are four-letter INFO keys and texts."""
    write_frames(path, mix.shape[-1], pcm(mix), tags)


def pcm(mix: Audio) -> Iterator[Frames]:
    """A stereo sound (2, n) as 16-bit frames with a little dither, block by block."""
    for start in range(0, mix.shape[-1], BLOCK):
        part = mix[:, start : start + BLOCK]
        hiss = noise(part.size, "dither", start).reshape(part.shape)
        yield np.clip(np.rint(part * FULL + hiss * np.float32(0.4)), -32768, 32767).astype("<i2").T


def write_frames(path: Path, count: int, blocks: Iterable[Frames], tags: Mapping[str, str]) -> None:
    """Write `count` frames that come block by block; else as write_wav."""
    info = _info(tags)
    size = count * 4
    with path.open("wb") as file:
        file.write(struct.pack("<4sI4s", b"RIFF", 4 + 24 + len(info) + 8 + size, b"WAVE"))
        file.write(struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 2, RATE, RATE * 4, 4, 16))
        file.write(info)
        file.write(struct.pack("<4sI", b"data", size))
        for block in blocks:
            file.write(block.tobytes())


def read_frames(path: Path) -> Frames:
    """The frames of a wav as write_frames writes it, left on the disk until they are used.

    Raises ValueError for any other kind of file.
    """
    with path.open("rb") as file:
        head = file.read(12)
        while (chunk := file.read(8))[:4] != b"data":
            if len(chunk) < 8 or head[8:] != b"WAVE":
                raise ValueError(f"{path.name} is no wav")
            size = struct.unpack("<I", chunk[4:])[0]
            body = file.read(size + size % 2)
            if chunk[:4] == b"fmt " and struct.unpack("<HHI", body[:8]) != (1, 2, RATE):
                raise ValueError(f"{path.name} is not stereo at {RATE} Hz")
        start = file.tell()
    count = struct.unpack("<I", chunk[4:])[0] // 4
    return np.memmap(path, "<i2", "r", offset=start, shape=(count, 2))


def _info(tags: Mapping[str, str]) -> bytes:
    body = b"INFO"
    for key, text in tags.items():
        data = text.encode() + b"\0"
        body += key.encode() + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    return struct.pack("<4sI", b"LIST", len(body)) + body
