"""Real files to test with: one tune in every format we keep, pictures and a video."""

import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.audio import ffmpeg
from tests.audio.servers import Canary, HostileServer

SECONDS = 6
RATE = 44100
Change = Callable[[bytes], bytes]


def write_wav(path: Path, samples: np.ndarray, rate: int = RATE) -> Path:
    """Write float samples (frames, channels) of ±1.0 as 16-bit PCM."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.rint(samples * 32767).astype("<i2").tobytes())
    return path


def tune(seconds: float = SECONDS, level: float = 0.5) -> np.ndarray:
    """A tone with a little noise, so that no encoder can make it tiny."""
    time = np.arange(int(seconds * RATE)) / RATE
    noise = np.random.default_rng(1).normal(0, 0.02, (len(time), 2))
    return np.clip(level * np.sin(2 * np.pi * 440 * time)[:, None] + noise, -1, 1)


@pytest.fixture(scope="session")
def songs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same tune as m4a, mp3, flac and wav."""
    folder = tmp_path_factory.mktemp("songs")
    wav = write_wav(folder / "song.wav", tune())
    for name in ("m4a", "mp3", "flac"):
        ffmpeg.run(["-i", str(wav), str(folder / f"song.{name}")])
    return {name: folder / f"song.{name}" for name in ("m4a", "mp3", "flac", "wav")}


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pictures")
    noise = np.random.default_rng(2).integers(0, 255, (64, 80, 3), dtype=np.uint8)
    for name in ("jpg", "png", "webp"):
        Image.fromarray(noise).save(folder / f"cover.{name}")
    return {name: folder / f"cover.{name}" for name in ("jpg", "png", "webp")}


@pytest.fixture(scope="session")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("video") / "clip.mp4"
    picture, sound = ["-f", "lavfi", "-i", "testsrc=d=2:s=64x64"], ["-f", "lavfi", "-i", "sine=d=2"]
    ffmpeg.run([*picture, *sound, "-c:v", "mpeg4", str(path)])
    return path


@pytest.fixture
def server(songs: dict[str, Path]) -> Iterator[HostileServer]:
    with HostileServer(songs["m4a"].read_bytes()) as running:
        yield running


@pytest.fixture
def canary() -> Iterator[Canary]:
    with Canary() as listening:
        yield listening


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[Path, Change], Path]:
    """A copy of a file with its bytes changed."""

    def copy(path: Path, change: Change) -> Path:
        target = tmp_path / path.name
        target.write_bytes(change(path.read_bytes()))
        return target

    return copy
