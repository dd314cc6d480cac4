"""A song and the orders for edited ones, with the real music behind them."""

import multiprocessing
from typing import Any
from urllib.parse import urlsplit

import pytest

from ..caller import Caller
from ..conftest import Start

LYRICS = "[Verse]\nWalking down the midnight street"


def test_a_song_is_extended_then_changed_then_covered(start: Start) -> None:
    caller = start(compose=None)
    song = caller.end(caller.submit(sound="folk", lyrics=LYRICS, title="Home", seed="5"))["data"][0]
    is_whole(caller, song)

    def edited(task_type: str, clip: Any, **fields: Any) -> Any:
        return caller.made("create", task_type=task_type, clip_id=clip["clip_id"], **fields)

    longer = edited("extend_music", song, starts_at=20, length=10, lyrics="Good night")
    assert float(longer["duration"]) == 30
    changed = edited("replace_music", longer, starts_at=8, ends_at=14, instruction="soft piano")
    assert float(changed["duration"]) == 30
    covered = edited("cover_music", changed, instruction="lo-fi", title="Away")
    assert covered["title"] == "Away"
    assert caller.credits() == 10_000 - 10 - 2 - 3 * 12
    assert multiprocessing.active_children() == []


def is_whole(caller: Caller, song: Any) -> None:
    """All its files are there, and it can be converted."""
    assert 55 < song["duration"] < 185
    audio, wav, image = (
        len(caller("GET", urlsplit(song[name]).path).body) for name in ("audio_url", "wav_url", "image_url")
    )
    assert wav == pytest.approx(song["duration"] * 44100 * 4, rel=0.01)
    assert audio > 500_000
    assert image > 5_000
    converted = caller.made("download", clip_id=song["clip_id"], format="mp3")
    assert caller("GET", urlsplit(converted["audio_url"]).path).body.startswith(b"ID3")
