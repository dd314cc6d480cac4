from pathlib import Path

import numpy as np
import pytest

from studio.audio import ffmpeg
from studio.audio.loudness import Loudness, measure
from tests.audio.conftest import RATE, write_wav


def sine(level_db: float, pitch: float = 997.0, seconds: int = 3) -> np.ndarray:
    time = np.arange(seconds * RATE) / RATE
    return 10 ** (level_db / 20) * np.sin(2 * np.pi * pitch * time)[:, None] * [1, 1]


@pytest.mark.parametrize("level_db", [-6.0, -23.0, -40.0])
def test_a_stereo_tone_measures_as_ebu_tech_3341_says(tmp_path: Path, level_db: float) -> None:
    # A 1 kHz sine in both channels at -23 dBFS is -23 LUFS: that is how the scale is defined.
    measured = measure(write_wav(tmp_path / "tone.wav", sine(level_db)), "wav")
    assert measured.integrated_lufs == pytest.approx(level_db, abs=0.15)
    assert measured.true_peak_db == pytest.approx(level_db, abs=0.15)


def test_peaks_between_the_samples_count(tmp_path: Path) -> None:
    # A quarter of the rate, 45 degrees off: every sample stands at 0.707 of the real peak.
    between = np.tile([0.5, 0.5, -0.5, -0.5], RATE)
    between[:RATE] *= np.linspace(0, 1, RATE)  # a hard start would ring
    between = between[:, None] * [1, 1]
    measured = measure(write_wav(tmp_path / "between.wav", between), "wav")
    assert measured.true_peak_db == pytest.approx(-3.0, abs=0.3)


def test_silence_is_at_the_gate(tmp_path: Path) -> None:
    silence = write_wav(tmp_path / "silence.wav", np.zeros((2 * RATE, 2)))
    assert measure(silence, "wav") == Loudness(-70.0, -70.0)


def test_what_is_no_recording_is_an_error(pictures: dict[str, Path]) -> None:
    with pytest.raises(ffmpeg.FfmpegError):
        measure(pictures["png"], "wav")


def test_a_log_without_a_summary_is_an_error(monkeypatch: pytest.MonkeyPatch, songs: dict[str, Path]) -> None:
    monkeypatch.setattr(ffmpeg, "report", lambda args, timeout: "I: -14.0 LUF")
    with pytest.raises(ffmpeg.FfmpegError, match="no loudness"):
        measure(songs["wav"], "wav")
