"""The stems of songs that were made here."""

from pathlib import Path

import numpy as np
import pytest

from studio.sandbox.music import SongRequest, replace_part, stems_of
from studio.sandbox.music.recipes import recipe_of

from .edited import RATE, original, sound


def added(stems: dict[str, Path]) -> np.ndarray:
    return np.sum([sound(path) for path in stems.values()], axis=0)


def alike(total: np.ndarray, heard: np.ndarray) -> float:
    """The correlation of two sounds of the same length."""
    assert total.shape == heard.shape
    return float(np.corrcoef(total.mean(axis=1), heard.mean(axis=1))[0, 1])


def test_the_stems_add_up_to_the_song(tmp_path: Path) -> None:
    stems = stems_of(original().recipe, tmp_path, "song")
    assert list(stems) == ["drums", "bass", "chords", "lead", "voice"]
    assert [path.name for path in stems.values()] == [f"song-{name}.wav" for name in stems]
    total, heard = added(stems), sound(original().wav)
    assert alike(total, heard) > 0.97
    assert np.mean(total**2) == pytest.approx(np.mean(heard**2), rel=0.4)
    assert alike(total - sound(stems["drums"]), heard) < 0.97


def test_the_stems_of_a_changed_song_have_its_new_part(tmp_path: Path) -> None:
    song = original()
    made = replace_part(song.recipe, song.wav, 20.0, 30.0, "instrumental", "", 2, tmp_path, "changed")
    stems = stems_of(made.recipe, tmp_path, "changed")
    assert alike(added(stems), sound(made.wav)) > 0.95
    voice = np.abs(sound(stems["voice"])).max(axis=1)
    assert voice[: 20 * RATE].max() > 0.05
    assert voice[21 * RATE : 29 * RATE].max() < 0.001


def test_an_instrumental_has_no_stem_of_a_voice(tmp_path: Path) -> None:
    assert "voice" not in stems_of(recipe_of(SongRequest("techno", "", "", 5)), tmp_path, "song")


def test_a_recording_has_no_stems(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no notes"):
        stems_of({}, tmp_path, "recording")
