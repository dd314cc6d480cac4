"""The stems of songs that were made here."""

from pathlib import Path

import numpy as np
import pytest

from studio.sandbox.music import SongRequest, extend_song, replace_part, stems, stems_of
from studio.sandbox.music.recipes import recipe_of

from .edited import RATE, original, sound


def added(paths: dict[str, Path]) -> np.ndarray:
    return np.sum([sound(path) for path in paths.values()], axis=0)


def alike(total: np.ndarray, heard: np.ndarray) -> float:
    """The correlation of two sounds of the same length."""
    assert total.shape == heard.shape
    return float(np.corrcoef(total.mean(axis=1), heard.mean(axis=1))[0, 1])


def test_the_stems_add_up_to_the_song(tmp_path: Path) -> None:
    paths = stems_of(original().recipe, tmp_path, "song")
    assert list(paths) == ["drums", "bass", "chords", "lead", "voice"]
    assert [path.name for path in paths.values()] == [f"song-{name}.wav" for name in paths]
    total, heard = added(paths), sound(original().wav)
    assert alike(total, heard) > 0.97
    assert np.mean(total**2) == pytest.approx(np.mean(heard**2), rel=0.4)
    assert alike(total - sound(paths["drums"]), heard) < 0.97


@pytest.mark.usefixtures("only_wav")
def test_the_stems_of_a_changed_song_have_its_new_part(tmp_path: Path) -> None:
    words = "Walking down the midnight street\nI can hear my own heartbeat"
    old = original()
    # Twenty seconds from the very beginning: only they are played, on five buses.
    song = extend_song(old.recipe, old.wav, 0.0, 20.0, "", words, 9, tmp_path, "song")
    made = replace_part(song.recipe, song.wav, 9.0, 16.0, "instrumental", "", 2, tmp_path, "changed")
    paths = stems_of(made.recipe, tmp_path, "changed")
    assert alike(added(paths), sound(made.wav)) > 0.95
    voice = np.abs(sound(paths["voice"])).max(axis=1)
    assert voice[: 9 * RATE].max() > 0.05
    assert voice[10 * RATE : 15 * RATE].max() < 0.001


def test_an_instrumental_has_no_stem_of_a_voice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which stems there are; what they sound like takes long, and is above."""
    monkeypatch.setattr(
        stems, "render_wet", lambda song, _: np.zeros((2, round(song.duration) * RATE + RATE))
    )
    assert "voice" not in stems_of(recipe_of(SongRequest("techno", "", "", 5)), tmp_path, "song")


def test_a_recording_has_no_stems(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no notes"):
        stems_of({}, tmp_path, "recording")
