"""The singer by himself."""

import numpy as np
import pytest

from studio.sandbox.music.articulation import gestures
from studio.sandbox.music.dsp import RATE, hertz
from studio.sandbox.music.singing import SungNote
from studio.sandbox.music.syllables import Syllable
from studio.sandbox.music.voice import sing_gestures


def sung(vowel: str, pitch: int = 48, onset: str = "", coda: str = "") -> np.ndarray:
    note = SungNote(1.0, 1.0, pitch, 0.8, Syllable(onset, (vowel,), coda, 1.0), True, "verse")
    return sing_gestures(gestures([note], [pitch], "test"), 1.0, "test")


def spectrum(sound: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    middle = sound[int(0.4 * RATE) : int(0.9 * RATE)] * np.hanning(int(0.5 * RATE))
    return np.fft.rfftfreq(len(middle), 1 / RATE), np.abs(np.fft.rfft(middle))


def level(sound: np.ndarray, low: float, high: float) -> float:
    freqs, lines = spectrum(sound)
    return float(20 * np.log10(np.sqrt(np.sum(lines[(freqs >= low) & (freqs < high)] ** 2))))


@pytest.mark.parametrize("pitch", [45, 52, 60, 69])
def test_it_sings_the_pitch(pitch: int) -> None:
    freqs, lines = spectrum(sung("a", pitch))
    around = (freqs > hertz(pitch) * 0.8) & (freqs < hertz(pitch) * 1.25)
    assert freqs[around][np.argmax(lines[around])] == pytest.approx(hertz(pitch), rel=0.03)


def test_vowels_have_their_resonances() -> None:
    ee, ah, oo = sung("i"), sung("a"), sung("u")
    assert level(ah, 600, 1300) > level(ee, 600, 1300) + 6
    assert level(ee, 1900, 3300) > level(oo, 1900, 3300) + 6
    assert level(oo, 100, 500) > level(ah, 100, 500) + 3


def test_a_hissing_consonant_is_high_noise_before_the_vowel() -> None:
    with_s, without = sung("a", onset="s"), sung("a")
    before = slice(int(0.06 * RATE), int(0.15 * RATE))
    assert np.abs(with_s[before]).max() > 0.02
    crossings = np.mean(np.diff(np.sign(with_s[before])) != 0)
    assert crossings > 0.2
    assert np.abs(without[before]).max() < 0.01


def test_it_starts_and_ends_in_silence() -> None:
    sound = sung("a", onset="t", coda="st")
    assert np.abs(sound[:100]).max() < 0.01
    assert np.abs(sound[-100:]).max() < 0.01
