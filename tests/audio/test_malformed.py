"""Media that are nearly right: each is found whole or called damaged, and nothing else happens.

A few here; `make media FILES=1000` is the long run.
"""

import os
import resource
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from studio.audio import ffmpeg
from studio.audio.images import make_thumbnail
from studio.audio.loudness import measure
from studio.audio.media_types import sniff
from studio.audio.peaks import waveform
from studio.audio.verify import Damaged, verify_audio, verify_image, verify_video
from tests.audio.conftest import tune, write_wav

FILES = int(os.environ.get("FILES", "40"))
MAX_GROWTH_KB = 50_000


@pytest.fixture(scope="module")
def originals(
    tmp_path_factory: pytest.TempPathFactory, pictures: dict[str, Path], video: Path
) -> list[bytes]:
    folder = tmp_path_factory.mktemp("short")
    wav = write_wav(folder / "song.wav", tune(0.4))
    for name in ("m4a", "mp3", "flac"):
        ffmpeg.run(["-i", str(wav), str(folder / f"song.{name}")])
    paths = [*folder.iterdir(), *pictures.values(), video]
    return [path.read_bytes() for path in sorted(paths)]


def cut(data: bytes, random: Random, others: list[bytes]) -> bytes:
    return data[: random.randrange(len(data))]


def flipped(data: bytes, random: Random, others: list[bytes]) -> bytes:
    changed = bytearray(data)
    for _ in range(random.choice((1, 5, 50))):
        changed[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return bytes(changed)


def spoilt_head(data: bytes, random: Random, others: list[bytes]) -> bytes:
    """Where sizes, counts and offsets stand."""
    at = random.randrange(min(len(data) - 8, 200))
    wild = random.choice((b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff", b"\0\0\0\1", random.randbytes(4)))
    return data[:at] + wild + data[at + 4 :]


def hole(data: bytes, random: Random, others: list[bytes]) -> bytes:
    start, end = sorted(random.randrange(len(data)) for _ in range(2))
    return data[:start] + bytes(end - start) + data[end:]


def shuffled(data: bytes, random: Random, others: list[bytes]) -> bytes:
    """A stretch of it twice, or left out."""
    start, end = sorted(random.randrange(len(data)) for _ in range(2))
    return data[:end] + data[start:] if random.random() < 0.5 else data[:start] + data[end:]


def spliced(data: bytes, random: Random, others: list[bytes]) -> bytes:
    """The beginning of one kind, the end of another."""
    other = random.choice(others)
    return data[: random.randrange(16, len(data))] + other[random.randrange(len(other)) :]


def junk_behind(data: bytes, random: Random, others: list[bytes]) -> bytes:
    return data + random.choice((random.randbytes(100), b"<html>", b"PK\x03\x04", bytes(5000)))


SPOILERS: list[Callable[[bytes, Random, list[bytes]], bytes]] = [
    *(cut, flipped, spoilt_head, hole, shuffled, spliced, junk_behind)
]


def looked_at(path: Path) -> str:
    """As the job does it: verified as what somebody says it is, then measured."""
    kind = sniff(path.read_bytes()[:16])
    try:
        if kind is None or kind.family == "audio":
            facts = verify_audio(path, expected_seconds=None)
            measure(path, facts.media_type.demuxer)
            waveform(path, facts.media_type.demuxer)
        elif kind.family == "image":
            verify_image(path)
            make_thumbnail(path, path.with_name("thumb"))
        else:
            verify_video(path, expected_seconds=None)
    except Damaged:
        return "damaged"
    except ffmpeg.FfmpegTimeout:
        raise
    except ffmpeg.FfmpegError:  # the job takes this for a trouble of its own and tries again
        return "not measured"
    return "whole"


def test_malformed_media_are_named_and_harm_nobody(originals: list[bytes], tmp_path: Path) -> None:
    random, seen = Random(1), Counter[str]()
    path = tmp_path / "song"
    before = 0
    for number in range(FILES):
        spoil = SPOILERS[number % len(SPOILERS)]
        path.write_bytes(spoil(originals[number // len(SPOILERS) % len(originals)], random, originals))
        with warnings.catch_warnings(action="ignore"):  # Pillow tells of odd tags
            seen[looked_at(path)] += 1
        if number == FILES // 10:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    growth = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert seen["damaged"] > FILES / 2
    assert seen["not measured"] == 0
    assert growth < MAX_GROWTH_KB, f"{growth} kB"


def test_control_what_nobody_spoilt_is_whole(originals: list[bytes], tmp_path: Path) -> None:
    for number, data in enumerate(originals):
        path = tmp_path / str(number)
        path.write_bytes(data)
        assert looked_at(path) == "whole"
