"""Is an audio file all there? Each format says how long it is; here that is held against the bytes.

A transfer that stops early is silent when the server told no length, so the container has to tell.
Every check takes an open file and its size in bytes, raises Damaged with words for a person, and returns
the seconds the header promises, or None where the header makes no exact promise.
"""

import os
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

BITRATES = {  # kbit/s of MPEG layer III by the four bits of the header; 0 and 15 are not usable
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}  # by version bits
TRAILING_TAGS = (b"TAG", b"APETAGEX", b"LYRICS", b"ID3")
XING_FRAMES = re.compile(rb"(?:Xing|Info)\0\0\0[\x01\x03\x05\x07\x09\x0b\x0d\x0f](.{4})", re.DOTALL)
BROKEN = "The file is broken: its parts do not fit together."
MAX_PARTS = 100_000  # a file of nothing but empty boxes would keep us busy for a minute
UNKNOWN_SIZES = (0, 0xFFFFFFFF)  # what a writer leaves that could not go back to fill in the length


class Damaged(Exception):
    """The file is incomplete or broken; the text says how, for a person."""


def check(file: BinaryIO, demuxer: str) -> float | None:
    """Check the container of an open file; raises Damaged. Returns the promised seconds, if any."""
    size = os.fstat(file.fileno()).st_size
    return CHECKS[demuxer](file, size)


def check_mp4(file: BinaryIO, size: int) -> None:
    """The top-level boxes must fill the file exactly, and the index and the sound must be among them."""
    found = {kind for kind, _ in _boxes(file, size)}
    for kind, what in ((b"moov", "index"), (b"mdat", "sound")):
        if kind not in found:
            raise Damaged(f"The file is incomplete: its {what} is missing.")


def check_wav(file: BinaryIO, size: int) -> float | None:
    """The RIFF size must fit into the file; the data chunk says the length in seconds."""
    riff_size = int.from_bytes(_read(file, 4, 4), "little")
    if riff_size not in UNKNOWN_SIZES and riff_size + 8 > size:
        raise Damaged(_cut_short(riff_size + 8 - size))
    byte_rate = 0
    for kind, start, length in _riff_chunks(file, size):
        if kind == b"fmt " and length >= 16:
            byte_rate = int.from_bytes(_read(file, start + 8, 4), "little")
        if kind == b"data" and byte_rate:
            return None if length in UNKNOWN_SIZES else length / byte_rate
    raise Damaged("The file is incomplete: its sound is missing.")


def check_mp3(file: BinaryIO, size: int) -> None:
    """Frames must follow one another to the end or to a tag, and be as many as the header promises."""
    position = start = _id3_size(_read(file, 0, 10))
    frames = -1  # the first frame may only hold the count
    while position < size:
        head = _read(file, position, 8)
        if head.startswith(TRAILING_TAGS):
            break
        position += _frame_size(head)
        frames += 1
    if position > size:
        raise Damaged(_cut_short(position - size))
    promised = XING_FRAMES.search(_read(file, start, 64))
    if promised and frames < int.from_bytes(promised[1], "big"):
        raise Damaged("The recording is cut short: its last part is missing.")


def check_flac(file: BinaryIO, size: int) -> float | None:
    """The stream's own description holds its rate and its number of samples."""
    described = int.from_bytes(_read(file, 18, 8), "big")
    rate, samples = described >> 44, described & (1 << 36) - 1
    return samples / rate if rate and samples else None


CHECKS: dict[str, Callable[[BinaryIO, int], float | None]] = {
    "mov": check_mp4,
    "wav": check_wav,
    "mp3": check_mp3,
    "flac": check_flac,
}


def _cut_short(missing: int) -> str:
    return f"The recording is cut short: at least {missing:,} bytes are missing."


def _read(file: BinaryIO, position: int, length: int) -> bytes:
    file.seek(position)
    return file.read(length)


def _boxes(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int]]:
    """Kind and length of the top-level boxes, which must end where the file ends."""
    position = 0
    for _ in range(MAX_PARTS):
        if position == size:
            return
        kind, length = _box(file, position, size)
        if position + length > size:
            raise Damaged(_cut_short(position + length - size))
        yield kind, length
        position += length
    raise Damaged(BROKEN)


def _box(file: BinaryIO, position: int, size: int) -> tuple[bytes, int]:
    head = _read(file, position, 16)
    length, kind = int.from_bytes(head[:4], "big"), head[4:8]
    header = 8
    if length == 1:
        length, header = int.from_bytes(head[8:], "big"), 16
    elif length == 0:  # the box goes on to the end of the file
        length = size - position
    if len(kind) < 4 or length < header:
        raise Damaged(BROKEN)
    return kind, length


def _riff_chunks(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and length of the chunks of a RIFF file."""
    position = 12
    for _ in range(MAX_PARTS):
        if position + 8 > size:
            return
        head = _read(file, position, 8)
        length = int.from_bytes(head[4:], "little")
        yield head[:4], position + 8, length
        position += 8 + length + length % 2


def _id3_size(head: bytes) -> int:
    """Length of the tag in front of the first frame; seven bits count in each byte of its size."""
    if not head.startswith(b"ID3") or len(head) < 10:
        return 0
    footer = 10 if head[5] & 0x10 else 0
    return 10 + sum((byte & 0x7F) << 7 * (3 - place) for place, byte in enumerate(head[6:10])) + footer


def _frame_size(head: bytes) -> int:
    """Length in bytes of the MPEG layer III frame that starts with `head`."""
    fields = int.from_bytes(head[:4], "big")
    version, bitrate, rate = fields >> 19 & 3, fields >> 12 & 15, fields >> 10 & 3
    layer_three = fields >> 21 == 0x7FF and fields >> 17 & 3 == 1
    if len(head) < 4 or not layer_three or version == 1 or bitrate in (0, 15) or rate == 3:
        raise Damaged("The recording is broken: a part of it is not sound.")
    first_version = version == 3
    kilobits = BITRATES[1 if first_version else 2][bitrate]
    return (144 if first_version else 72) * kilobits * 1000 // RATES[version][rate] + (fields >> 9 & 1)
