"""The hosts that the sandbox stands in for: their operations, prices and models (upstream.md 1.1, 1.8)."""

from typing import Any

import pytest

from studio.sandbox.profiles import LYRIA, PROFILES

from .caller import SONG, Caller
from .conftest import Start

PATHS = {
    "make_lyrics": "lyrics-create",
    "video_clip": "video-clip",
    "upload": "upload",
    "download": "download",
}
CLIP = "21ff06d1-9bd5-47e7-bdd2-8a4536850e6d"
FULL = {"prompt": "x", "sound": "x", "instruction": "x", "format": "wav", "starts_at": 1, "ends_at": 2}


def order(caller: Caller, task_type: str, clip_id: str = CLIP) -> Any:
    """A request for any operation, with all that it may need."""
    path = PATHS.get(task_type, "create")
    url = f"{caller.url}/media/none.mp3"
    return caller.order(path, task_type=task_type, clip_id=clip_id, audio_url=url, **FULL)


def prices(caller: Caller) -> dict[str, int]:
    """What each operation that is on offer takes; everything fails, so nothing is kept."""
    clip_id = caller.end(caller.submit())["data"][0]["clip_id"]
    for task_type in PROFILES["all"].prices:
        order(caller, task_type, clip_id)
    taken = {entry["task_id"]: -entry["amount"] for entry in caller.ledger()["entries"]}
    return {task["task_type"]: taken[task["task_id"]] for task in caller.ledger()["tasks"]}


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("aimusicapi", "create_music 10, make_lyrics 1, video_clip 5, upload 2, download 2"),
        (
            "musicapi",
            "create_music 12, extend_music 12, replace_music 12, cover_music 12, upload 2, download 2",
        ),
        (
            "all",
            "create_music 10, extend_music 12, replace_music 12, cover_music 12,"
            " make_lyrics 1, video_clip 5, upload 2, download 2",
        ),
    ],
)
def test_each_host_has_its_prices(start: Start, profile: str, expected: str) -> None:
    caller = start(profile=profile, capacity=20)
    assert prices(caller) == {name: int(price) for name, price in map(str.split, expected.split(", "))}


@pytest.mark.parametrize(
    ("profile", "task_type", "status"),
    [
        ("aimusicapi", "extend_music", 410),
        ("aimusicapi", "replace_music", 410),
        ("aimusicapi", "cover_music", 410),
        ("aimusicapi", "cover_upload_music", 410),
        ("aimusicapi", "music_variation", 410),
        ("musicapi", "music_variation", 410),
        ("musicapi", "swap_music_vocals", 410),
        ("musicapi", "swap_music_sound", 410),
        ("musicapi", "cover_upload_music", 400),
        ("musicapi", "make_lyrics", 404),
        ("musicapi", "video_clip", 404),
        ("all", "music_variation", 410),
        ("all", "extend_upload_music", 410),
    ],
)
def test_what_a_host_does_not_offer(start: Start, profile: str, task_type: str, status: int) -> None:
    caller = start(profile=profile)
    assert order(caller, task_type).status == status
    assert caller.credits() == 10_000


@pytest.mark.parametrize("name", [None, LYRIA, "FUZZ-2.0", "FUZZ-9", 7])
def test_musicapi_has_one_model_under_every_name(start: Start, name: object) -> None:
    caller = start(profile="musicapi")
    assert caller.end(caller.submit(mv=name))["data"][0]["mv"] == LYRIA


@pytest.mark.parametrize(("profile", "status"), [("aimusicapi", 400), ("all", 200)])
def test_the_model_of_musicapi_elsewhere(start: Start, profile: str, status: int) -> None:
    assert start(profile=profile).order("create", **SONG, mv=LYRIA).status == status


def test_musicapi_ignores_what_it_can_not_do(start: Start) -> None:
    asked: list[Any] = []

    def compose(*arguments: Any) -> Any:
        asked.append(arguments[0])
        raise RuntimeError("heard enough")

    caller = start(compose=compose, profile="musicapi")
    caller.end(caller.submit(make_instrumental=True, lyrics_strength=0.9, sound_strength="loud"))
    (request,) = asked
    assert (request.instrumental, request.lyrics_strength, request.sound_strength) == (False, 0.5, 0.5)


def test_the_host_can_be_changed_while_it_runs(caller: Caller) -> None:
    caller.turn(profile="aimusicapi")
    assert order(caller, "extend_music").status == 410
    caller.turn(profile="musicapi")
    assert order(caller, "extend_music").status == 404  # offered, but there is no such clip
