"""Loudness, limiter and filters on sounds whose figures are known."""

import numpy as np
import pytest

from studio.sandbox.music.dsp import RATE, equalise, high_pass, low_pass, tone
from studio.sandbox.music.loudness import integrated
from studio.sandbox.music.master import limit, master, true_peaks


def stereo(sound: np.ndarray) -> np.ndarray:
    return np.stack([sound, sound]).astype(np.float32)


def test_a_full_scale_sine_of_997_hz_has_minus_3_lufs_in_each_channel() -> None:
    """The reference of BS.1770: one channel gives -3.01, two of them 3.01 more."""
    assert integrated(stereo(tone(997, 5 * RATE))) == pytest.approx(0.0, abs=0.1)
    assert integrated(stereo(tone(997, 5 * RATE)) * 0.1) == pytest.approx(-20, abs=0.1)


def test_pauses_do_not_count() -> None:
    sound = stereo(tone(997, 10 * RATE)) * 0.1
    sound[:, 5 * RATE :] = 0
    assert integrated(sound) == pytest.approx(-20, abs=0.4)


def test_silence_is_minus_70() -> None:
    assert integrated(np.zeros((2, RATE), dtype=np.float32)) == -70


def test_true_peaks_between_the_samples_are_found() -> None:
    """A sine at a quarter of the rate, sampled 45 degrees off, peaks 3 dB over its samples."""
    n = np.arange(RATE)
    sound = stereo(np.sin(np.pi / 2 * n + np.pi / 4))
    assert np.abs(sound).max() == pytest.approx(0.707, abs=0.001)
    assert true_peaks(sound)[10:-10].max() == pytest.approx(1.0, abs=0.02)


def test_the_limiter_holds_its_ceiling_and_leaves_quiet_parts_alone() -> None:
    sound = stereo(tone(220, 2 * RATE) * np.float32(0.3))
    sound[:, RATE : RATE + 4000] *= 8
    before = sound.copy()
    limit(sound, 0.5)
    assert true_peaks(sound).max() <= 0.505
    assert np.array_equal(sound[:, : RATE - 2000], before[:, : RATE - 2000])


def test_the_master_is_loud_and_safe_whatever_comes_in() -> None:
    noise = np.random.default_rng(1).standard_normal((2, 8 * RATE)).astype(np.float32)
    for level in (0.001, 3.0):
        sound = noise * np.float32(level) + np.float32(0.2)
        master(sound)
        assert integrated(sound) == pytest.approx(-14, abs=0.5)
        assert 20 * np.log10(true_peaks(sound).max()) <= -3.2


def test_filters_pass_and_stop_without_delay() -> None:
    low, high = tone(100, RATE), tone(5000, RATE)
    sound = stereo(low + high)
    equalise(sound, low_pass(1000, 4))
    assert np.abs(sound[0, 5000:-5000] - low[5000:-5000]).max() < 0.02
    sound = stereo(low + high)
    equalise(sound, high_pass(1000, 4))
    assert np.abs(sound[0, 5000:-5000] - high[5000:-5000]).max() < 0.02
