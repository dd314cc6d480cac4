from pathlib import Path

import numpy as np
import pytest

from studio.audio import ffmpeg
from studio.audio.peaks import waveform
from tests.audio.conftest import RATE, write_wav


def peaks_of(folder: Path, samples: np.ndarray, buckets: int = 600) -> list[int]:
    return list(waveform(write_wav(folder / "song.wav", samples), "wav", buckets))


def test_each_stretch_shows_its_own_level(tmp_path: Path) -> None:
    steps = np.repeat([0.0, 0.25, 1.0, 0.5], RATE)[:, None] * [1, 1]
    assert peaks_of(tmp_path, steps, 4) == [0, 64, 255, 128]


def test_one_sample_in_one_channel_is_seen(tmp_path: Path) -> None:
    samples = np.zeros((10 * RATE, 2))
    samples[int(7.35 * RATE), 1] = -1.0
    peaks = peaks_of(tmp_path, samples, 100)
    assert [place for place, level in enumerate(peaks) if level] == [73]


def test_high_notes_count_as_much_as_low_ones(tmp_path: Path) -> None:
    time = np.arange(RATE) / RATE
    tones = [np.sin(2 * np.pi * pitch * time) for pitch in (100, 15_000)]
    assert min(peaks_of(tmp_path, np.concatenate(tones)[:, None] * [1, 1], 10)) >= 250


@pytest.mark.parametrize("frames", [0, 1, 200, 5_000, 65_536, 70_001])
def test_every_length_gives_all_stretches(tmp_path: Path, frames: int) -> None:
    peaks = peaks_of(tmp_path, np.full((frames, 2), 0.5))
    assert set(peaks) == {128 if frames else 0}
    assert len(peaks) == 600


def test_the_same_file_gives_the_same_bytes(songs: dict[str, Path]) -> None:
    assert waveform(songs["m4a"], "mov") == waveform(songs["m4a"], "mov")


def test_louder_than_full_scale_is_full_scale(tmp_path: Path) -> None:
    path = tmp_path / "loud.wav"
    ffmpeg.run(["-f", "lavfi", "-i", "sine=d=1,volume=30dB", "-c:a", "pcm_f32le", str(path)])
    assert set(waveform(path, "wav", 10)) == {255}


def test_samples_that_are_no_numbers_are_silence(tmp_path: Path) -> None:
    path = tmp_path / "odd.wav"
    ffmpeg.run(["-f", "lavfi", "-i", "sine=d=1", "-c:a", "pcm_f32le", str(path)])
    data = path.read_bytes()
    path.write_bytes(data[:-4000] + np.full(1000, np.nan, "<f4").tobytes())
    assert waveform(path, "wav", 100)[-1] == 0


def test_what_is_no_recording_is_an_error(pictures: dict[str, Path]) -> None:
    with pytest.raises(ffmpeg.FfmpegError):
        waveform(pictures["jpg"], "mov")
