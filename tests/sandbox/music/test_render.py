"""The buses."""

import numpy as np
import pytest

from studio.sandbox.music import SongRequest, compose
from studio.sandbox.music.render import BUSES, render_bus

from .conftest import ORDERS


def band(sound: np.ndarray, low: float, high: float) -> float:
    """Power in dB between two frequencies."""
    n = 1 << len(sound).bit_length()  # other lengths take ten times as long
    power = np.abs(np.fft.rfft(sound.mean(axis=1), n)) ** 2
    freqs = np.fft.rfftfreq(n, 1 / 44100)
    return float(10 * np.log10(power[(freqs >= low) & (freqs < high)].sum() + 1e-12))


def test_five_buses_of_one_length(stems: dict[str, np.ndarray]) -> None:
    assert tuple(stems) == BUSES
    assert len({stem.shape for stem in stems.values()}) == 1
    assert all(stem.dtype == np.float32 and stem.shape[1] == 2 for stem in stems.values())
    assert all(np.sqrt(np.mean(stem**2)) > 0.005 for stem in stems.values())


def test_the_voice_sounds_while_words_are_sung_and_rests_between(stems: dict[str, np.ndarray]) -> None:
    song = compose(ORDERS["pop"])
    level = np.abs(stems["voice"]).max(axis=1)
    for word in song.words:
        assert level[int(word.start * 44100) : int(word.end * 44100)].max() > 0.05
    first = int(song.words[0].start * 44100)
    assert level[: first - 9000].max() < 0.001


def test_the_voice_is_heard_over_the_music(stems: dict[str, np.ndarray]) -> None:
    sung = np.zeros(len(stems["voice"]), dtype=bool)
    for note in compose(ORDERS["pop"]).sung:
        sung[int(note.start * 44100) : int((note.start + note.length) * 44100)] = True
    music = sum(stems[name] for name in BUSES if name != "voice")
    assert band(stems["voice"][sung], 300, 4000) > band(music[sung], 300, 4000) + 2


@pytest.mark.parametrize(
    "order",
    [
        SongRequest("pop, female vocals", ORDERS["pop"].lyrics, "Rivers", 7, instrumental=True),
        SongRequest("pop, no vocals", ORDERS["pop"].lyrics, "Rivers", 7),
    ],
)
def test_an_instrumental_has_no_voice(order: SongRequest) -> None:
    song = compose(order)
    assert not np.any(render_bus(song, "voice"))
    assert not song.words
    assert np.sqrt(np.mean(render_bus(song, "lead") ** 2)) > 0.01


def test_the_bass_is_low_and_the_hats_are_high(stems: dict[str, np.ndarray]) -> None:
    assert band(stems["bass"], 30, 250) > band(stems["bass"], 1000, 8000) + 10
    assert band(stems["drums"], 6000, 16000) > band(stems["bass"], 6000, 16000) + 10


def test_the_chorus_is_louder_than_the_verse(stems: dict[str, np.ndarray]) -> None:
    song = compose(ORDERS["pop"])
    music = sum(stems[name] for name in BUSES if name != "voice")

    def level(kind: str) -> float:
        section = next(s for s in song.sections if s.kind == kind)
        part = music[int(section.beat * song.beat * 44100) : int(section.end * song.beat * 44100)]
        return float(np.sqrt(np.mean(part**2)))

    assert level("chorus") > 1.12 * level("verse")
