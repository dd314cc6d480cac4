"""Every instrument and every drum."""

import numpy as np
import pytest

from studio.sandbox.music.drumkit import DRUMS, riser, stroke
from studio.sandbox.music.dsp import RATE, hertz
from studio.sandbox.music.families import FAMILIES
from studio.sandbox.music.grooves import FILLS, GROOVES
from studio.sandbox.music.instruments import INSTRUMENTS, play

BASSES = (
    "upright",
    "pick_bass",
    "soft_bass",
    "synth_bass",
    "acid_bass",
    "reese",
    "sub",
    "808",
    "low_strings",
)


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_a_note_has_its_pitch_and_no_click(name: str) -> None:
    pitch = 40 if name in BASSES else 60
    sound = np.atleast_2d(play(name, pitch, 0.8, 0.7))
    mono = sound.mean(axis=0)
    assert np.isfinite(sound).all()
    assert 0.05 < np.abs(sound).max() < 3
    assert np.abs(sound[:, 0]).max() < 0.05
    assert np.abs(sound[:, -1]).max() < 0.02
    lines = np.abs(np.fft.rfft(mono, 1 << 17))
    freqs = np.fft.rfftfreq(1 << 17, 1 / RATE)
    strongest = freqs[np.argmax(lines)]
    harmonic = max(1, round(strongest / hertz(pitch)))
    assert strongest == pytest.approx(hertz(pitch) * harmonic, rel=0.02)


@pytest.mark.parametrize("name", ["piano", "guitar", "pad", "808"])
def test_a_shorter_note_is_shorter(name: str) -> None:
    assert play(name, 50, 0.2, 0.7).shape[-1] < play(name, 50, 1.0, 0.7).shape[-1]


@pytest.mark.parametrize("name", ["piano", "guitar", "synth_lead"])
def test_a_stronger_note_is_brighter(name: str) -> None:
    def brightness(velocity: float) -> float:
        lines = np.abs(np.fft.rfft(np.atleast_2d(play(name, 50, 0.8, velocity)).mean(axis=0)))
        return float((lines * np.arange(len(lines))).sum() / lines.sum() / len(lines))

    assert brightness(1.0) > 1.05 * brightness(0.3)


@pytest.mark.parametrize("kit", GROOVES)
@pytest.mark.parametrize("drum", DRUMS)
def test_strokes_are_finite_and_end_in_silence(kit: str, drum: str) -> None:
    sound = stroke(kit, drum, 4)
    assert np.isfinite(sound).all()
    assert 0.02 < np.abs(sound).max() < 3
    assert np.abs(sound[..., -1]).max() < 0.02


def test_kicks_are_low_and_hats_are_high() -> None:
    def centre(sound: np.ndarray) -> float:
        power = np.abs(np.fft.rfft(sound)) ** 2
        return float((power * np.fft.rfftfreq(len(sound), 1 / RATE)).sum() / power.sum())

    assert centre(stroke("acoustic", "kick", 4)) < 200
    assert centre(stroke("acoustic", "hat", 4)) > 5000


def test_a_riser_grows() -> None:
    sound = np.abs(riser(2.0))
    assert sound[:, -RATE // 2 :].max() > 3 * sound[:, : RATE // 2].max()


def test_patterns_fit_their_bars_and_use_drums_that_exist() -> None:
    for densities in GROOVES.values():
        for pattern in densities:
            assert set(pattern) <= set(DRUMS)
            assert all(len(strokes) in (16, 32) for strokes in pattern.values())
    for fills in FILLS.values():
        assert all(len(strokes) == 8 and drum in DRUMS for fill in fills for drum, strokes in fill.items())
    assert {family.kit for family in FAMILIES.values()} <= set(GROOVES) & set(FILLS)
