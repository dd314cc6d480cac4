"""The orders for edited songs, with the real music behind them."""

from typing import Any

from ..conftest import Start

LYRICS = "[Verse]\nWalking down the midnight street"


def test_a_song_is_extended_then_changed_then_covered(start: Start) -> None:
    caller = start(compose=None)
    song = caller.end(caller.submit(sound="folk", lyrics=LYRICS, title="Home", seed="5"))["data"][0]

    def edited(task_type: str, clip: Any, **fields: Any) -> Any:
        return caller.made("create", task_type=task_type, clip_id=clip["clip_id"], **fields)

    longer = edited("extend_music", song, starts_at=20, length=10, lyrics="Good night")
    assert float(longer["duration"]) == 30
    changed = edited("replace_music", longer, starts_at=8, ends_at=14, instruction="soft piano")
    assert float(changed["duration"]) == 30
    covered = edited("cover_music", changed, instruction="lo-fi", title="Away")
    assert covered["title"] == "Away"
    assert caller.credits() == 10_000 - 10 - 3 * 12
