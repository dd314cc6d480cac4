"""Covers."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.sandbox.music import SongRequest, compose
from studio.sandbox.music.cover import draw_cover
from studio.sandbox.music.families import FAMILIES


def drawn(folder: Path, sound: str, seed: int = 1) -> bytes:
    draw_cover(folder / "cover.jpg", compose(SongRequest(sound, "", "", seed)))
    return (folder / "cover.jpg").read_bytes()


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_has_its_picture(tmp_path: Path, name: str) -> None:
    drawn(tmp_path, name)
    with Image.open(tmp_path / "cover.jpg") as picture:
        assert (picture.format, picture.size) == ("JPEG", (1024, 1024))
        # A poster, not a gradient and not an empty sheet: a few colours with something drawn on them.
        assert np.asarray(picture.convert("L"), dtype=float).std() > 12


@pytest.mark.parametrize("name", ["pop", "folk", "cinematic", "drum & bass", "dark cinematic"])
def test_the_word_sandbox_stands_out_in_its_corner(tmp_path: Path, name: str) -> None:
    drawn(tmp_path, name)
    with Image.open(tmp_path / "cover.jpg") as picture:
        corner = np.asarray(picture.convert("L").crop((860, 945, 972, 985)), dtype=float)
    assert np.percentile(corner, 99) - np.percentile(corner, 1) > 90


def test_a_cover_belongs_to_its_song(tmp_path: Path) -> None:
    assert drawn(tmp_path, "pop") == drawn(tmp_path, "pop")
    assert drawn(tmp_path, "pop") != drawn(tmp_path, "pop", seed=2)
