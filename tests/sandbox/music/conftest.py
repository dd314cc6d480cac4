"""Songs that several tests look at, rendered once."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from studio.audio import ffmpeg
from studio.sandbox.music import Rendered, Song, SongRequest, compose, make_song, produce, render_stems

from .edited import ORDER, original

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
# Text that nobody should send is rendered all the same.
HOSTILE = "\ud800 🎵🎵\0 \n[Chorus]\n" + "1984 ☂ 你好 Привет\n" * 2
ORDERS = {
    "pop": ORDER,
    "ambient": SongRequest("ambient", LYRICS, "", 7, instrumental=True),
    "drum & bass": SongRequest("drum & bass", "", "", 7),
    "rock": SongRequest("rock, male voice \0🎷 \ud83d", HOSTILE, "\udfff\0", -5),
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
    files = original() if order == ORDER else make_song(order, folder, name)
    return Recording(order, compose(order), files, ffmpeg.decode(files.wav, demuxer="wav"))


@pytest.fixture
def only_wav(monkeypatch: pytest.MonkeyPatch) -> None:
    """No m4a and no cover, for tests that don't look at them: they take longer than the part that is new."""
    for maker in ("write_m4a", "draw_cover"):
        monkeypatch.setattr(produce, maker, lambda *_: None)


@pytest.fixture(scope="session")
def stems() -> dict[str, np.ndarray]:
    return render_stems(compose(ORDERS["pop"]))
