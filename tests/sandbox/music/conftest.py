"""Songs that several tests look at, rendered once."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from studio.audio import ffmpeg
from studio.sandbox.music import Rendered, Song, SongRequest, compose, make_song, render_stems

LYRICS = """[Verse 1]
Walking down the midnight street
I can hear my own heartbeat
[Chorus]
Oh we are rivers running home
Never again to be alone
[Verse 2]
Morning comes on silver wings
Every little engine sings
[Chorus]
Oh we are rivers running home
Never again to be alone
"""
ORDERS = {
    "pop": SongRequest("pop, female vocals", LYRICS, "Rivers", 7),
    "ambient": SongRequest("ambient", LYRICS, "", 7, instrumental=True),
    "drum & bass": SongRequest("drum & bass", "", "", 7),
    "rock": SongRequest("rock, male voice", "One line is all there is", "", 3),
    "hip-hop": SongRequest("hip-hop", "", "", 11),
}


@dataclass(frozen=True)
class Recording:
    """A song that went the whole way, and its wav decoded to float32 (n, 2)."""

    order: SongRequest
    song: Song
    files: Rendered
    sound: np.ndarray


@pytest.fixture(scope="session")
def album(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Recording]:
    folder = tmp_path_factory.mktemp("album")
    return {name: _record(order, folder, name.replace(" ", "-")) for name, order in ORDERS.items()}


def _record(order: SongRequest, folder: Path, name: str) -> Recording:
    files = make_song(order, folder, name)
    return Recording(order, compose(order), files, ffmpeg.decode(files.wav, demuxer="wav"))


@pytest.fixture(scope="session")
def stems() -> dict[str, np.ndarray]:
    return render_stems(compose(ORDERS["pop"]))
