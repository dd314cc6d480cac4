"""extend_music, replace_music and cover_music over real HTTP (upstream.md 1.3)."""

import re
from typing import Any

import pytest

from studio.sandbox.profiles import LYRIA

from . import quick
from .caller import Caller
from .conftest import Start

EDITS: dict[str, dict[str, Any]] = {
    "extend_music": {"starts_at": 1.5},
    "replace_music": {"starts_at": 0.5, "ends_at": 1.5},
    "cover_music": {"instruction": "as a polka"},
}
every_edit = pytest.mark.parametrize("task_type", EDITS)


@pytest.fixture
def asked() -> list[Any]:
    """What the makers of edits were called with."""
    return []


@pytest.fixture
def caller(start: Start, asked: list[Any]) -> Caller:
    def noting(name: str) -> Any:
        def make(*arguments: Any) -> Any:
            asked.append(arguments)
            return getattr(quick, name)(*arguments)

        return make

    return start(makers={name: noting(name) for name in ("extend", "replace", "cover")})


@pytest.fixture
def clip(caller: Caller) -> Any:
    return caller.end(caller.submit(title="Back to You", lyrics="[Verse]\nLate night", seed="5"))["data"][0]


def edit(caller: Caller, task_type: str, clip_id: str, **fields: Any) -> Any:
    """The finished item of an edit."""
    return caller.made("create", task_type=task_type, clip_id=clip_id, **EDITS[task_type] | fields)


@every_edit
def test_an_edit_is_a_new_song_like_any_other(caller: Caller, clip: Any, task_type: str) -> None:
    item = edit(caller, task_type, clip["clip_id"])
    assert list(item) == list(clip)
    assert item["clip_id"] != clip["clip_id"]
    assert item["audio_url"] == f"{caller.url}/media/{item['clip_id']}.m4a"
    assert re.fullmatch("[0-9]+", item["seed"])
    assert (item["title"], item["mv"], item["state"]) == ("Back to You", LYRIA, "succeeded")


@every_edit
def test_an_edit_costs_twelve_credits(caller: Caller, clip: Any, task_type: str) -> None:
    edit(caller, task_type, clip["clip_id"])
    assert caller.credits() == 9_990 - 12


@every_edit
def test_a_failed_edit_gives_back_what_it_took(caller: Caller, clip: Any, task_type: str) -> None:
    caller.turn(failure_rate=1, latency_s=0.1)
    order = {"task_type": task_type, "clip_id": clip["clip_id"], **EDITS[task_type]}
    task_id = caller.order("create", **order).json["task_id"]
    caller.turn(profile="aimusicapi")  # where it has no price: what was taken counts
    assert caller.end(task_id)["status"] == "FAILED"
    assert caller.credits() == 9_990


def test_an_extension_as_the_page_orders_it(caller: Caller, clip: Any, asked: list[Any]) -> None:
    item = edit(caller, "extend_music", clip["clip_id"], instruction="soaring violins", length=30)
    ((recipe, audio, starts_at, length, instruction, lyrics, seed, _, name),) = asked
    assert audio.name == f"{clip['clip_id']}-wav.wav"
    assert recipe == {"made": "compose", "seed": 5}
    assert (starts_at, length, instruction, lyrics) == (1.5, 30.0, "soaring violins", "")
    assert (str(seed), name) == (item["seed"], item["clip_id"])


def test_an_extension_adds_its_lyrics(caller: Caller, clip: Any, asked: list[Any]) -> None:
    item = edit(caller, "extend_music", clip["clip_id"], lyrics="[Outro]\nGood night")
    assert asked[0][5] == "[Outro]\nGood night"
    assert item["lyrics"] == "[Verse]\nLate night\n\n[Outro]\nGood night"
    assert item["sound"] == clip["sound"]


def test_an_extension_is_a_minute_long_unless_told(caller: Caller, clip: Any, asked: list[Any]) -> None:
    edit(caller, "extend_music", clip["clip_id"])
    assert asked[0][3] == 60


def test_a_replacement(caller: Caller, clip: Any, asked: list[Any]) -> None:
    edit(caller, "replace_music", clip["clip_id"], instruction="only drums", lyrics="Hey")
    ((recipe, audio, *rest),) = asked
    assert recipe == {"made": "compose", "seed": 5}
    assert audio.name == f"{clip['clip_id']}-wav.wav"
    assert rest[:4] == [0.5, 1.5, "only drums", "Hey"]


def test_a_replacement_ends_with_the_clip(caller: Caller, clip: Any, asked: list[Any]) -> None:
    edit(caller, "replace_music", clip["clip_id"], ends_at=500)
    assert asked[0][3] == clip["duration"]


def test_a_cover(caller: Caller, clip: Any, asked: list[Any]) -> None:
    item = edit(caller, "cover_music", clip["clip_id"], strength=0.8, title="Forth to You")
    recipe, audio, *rest = asked[0]
    assert (recipe, audio.name) == ({"made": "compose", "seed": 5}, f"{clip['clip_id']}-wav.wav")
    assert rest[:3] == ["as a polka", 0.8, "Forth to You"]
    assert (item["title"], item["sound"]) == ("Forth to You", "as a polka")
    assert item["lyrics"] == clip["lyrics"]


def test_a_cover_is_half_as_strong_as_can_be_unless_told(caller: Caller, clip: Any, asked: list[Any]) -> None:
    edit(caller, "cover_music", clip["clip_id"])
    assert asked[0][3:5] == (0.5, "Back to You")


def test_the_names_of_the_older_api_still_count(caller: Caller, clip: Any, asked: list[Any]) -> None:
    older = {"clip_id": clip["clip_id"], "starts": 1}
    caller.made("create", task_type="extend_music", lyrics_text="old", **older)
    caller.made("create", task_type="replace_music", ends=2, lyrics_text="old", **older)
    cover = {"task_type": "cover_music", "instruction": "x", "cover_strength": 0.25}
    caller.made("create", clip_id=clip["clip_id"], **cover)
    assert (asked[0][2], asked[0][5]) == (1, "old")
    assert (asked[1][2:4], asked[1][5]) == ((1, 2), "old")
    assert asked[2][3] == 0.25


def test_the_newer_name_goes_before_the_older(caller: Caller, clip: Any, asked: list[Any]) -> None:
    edit(caller, "extend_music", clip["clip_id"], starts=0.1, lyrics_text="old", lyrics="new")
    assert (asked[0][2], asked[0][5]) == (1.5, "new")


def test_an_edit_of_an_edit_knows_where_it_comes_from(caller: Caller, clip: Any, asked: list[Any]) -> None:
    longer = edit(caller, "extend_music", clip["clip_id"])
    edit(caller, "cover_music", longer["clip_id"])
    assert asked[1][0]["made"] == "extend"
    assert asked[1][0]["of"] == {"made": "compose", "seed": 5}


def test_a_replacement_keeps_the_lyrics_unless_it_brings_new_ones(caller: Caller, clip: Any) -> None:
    instruction = edit(caller, "replace_music", clip["clip_id"], instruction="only drums")
    assert instruction["lyrics"] == clip["lyrics"]
    sung = edit(caller, "replace_music", clip["clip_id"], lyrics="Hey")  # in place of the quick makers' word
    assert sung["lyrics"] == "[Verse]\nHey"


@every_edit
def test_a_task_is_no_clip(caller: Caller, clip: Any, task_type: str) -> None:
    (task,) = caller.ledger()["tasks"]
    order = {"task_type": task_type, "clip_id": task["task_id"], **EDITS[task_type]}
    assert caller.order("create", **order).status == 404


@every_edit
def test_a_clip_of_somebody_else_is_not_found(caller: Caller, task_type: str) -> None:
    order = {"task_type": task_type, "clip_id": "21ff06d1-9bd5-47e7-bdd2-8a4536850e6d", **EDITS[task_type]}
    reply = caller.order("create", **order)
    assert (reply.status, reply.json) == (404, {"type": "not_found", "error": "clip not found"})


def test_a_clip_is_there_when_its_task_is_done_and_not_before(start: Start) -> None:
    caller = start(latency_s=3600)
    task_id = caller.submit()
    caller.turn(latency_s=0)
    caller.end(caller.submit())  # so the first song is made, too
    (first, _) = caller.ledger()["tasks"]
    assert first["task_id"] == task_id
    assert caller.order("download", clip_id=first["clip_id"], format="wav").status == 404


@pytest.mark.parametrize(
    ("task_type", "fields", "error"),
    [
        ("extend_music", {"clip_id": None}, "The 'clip_id' field is required."),
        ("extend_music", {"clip_id": 5}, "The 'clip_id' field must be a string."),
        ("extend_music", {"starts_at": None}, "The 'starts_at' field is required."),
        ("extend_music", {"starts_at": 2.1}, "The 'starts_at' field must be a number from 0 to 2.0."),
        ("extend_music", {"starts_at": -0.1}, "The 'starts_at' field must be a number from 0 to 2.0."),
        ("extend_music", {"starts_at": "1"}, "The 'starts_at' field must be a number from 0 to 2.0."),
        ("extend_music", {"starts_at": True}, "The 'starts_at' field must be a number from 0 to 2.0."),
        (
            "extend_music",
            {"starts_at": None, "starts": 10**400},
            "The 'starts' field must be a number from 0 to 2.0.",
        ),
        ("extend_music", {"length": 0.9}, "The 'length' field must be a number from 1 to 240."),
        ("extend_music", {"length": 241}, "The 'length' field must be a number from 1 to 240."),
        ("extend_music", {"instruction": ["x"]}, "The 'instruction' field must be a string."),
        ("extend_music", {"lyrics_text": 1}, "The 'lyrics_text' field must be a string."),
        ("replace_music", {"starts_at": None}, "The 'starts_at' field is required."),
        ("replace_music", {"ends_at": None}, "The 'ends_at' field is required."),
        ("replace_music", {"ends_at": 0.5}, "The 'ends_at' field must be greater than the start"),
        (
            "replace_music",
            {"ends_at": None, "ends": 0.2},
            "The 'ends' field must be greater than the start",
        ),
        ("replace_music", {"starts_at": 3, "ends_at": 4}, "The 'starts_at' field must be a number"),
        ("replace_music", {"starts_at": 2, "ends_at": 4}, "The 'ends_at' field must be greater than"),
        ("cover_music", {"instruction": None}, "The 'instruction' field is required."),
        ("cover_music", {"instruction": " "}, "The 'instruction' field is required."),
        ("cover_music", {"strength": 1.1}, "The 'strength' field must be a number from 0 to 1."),
        ("cover_music", {"title": "x" * 81}, "The 'title' field must be at most 80 characters."),
        ("cover_music", {"webhook_url": "ftp://x"}, "The 'webhook_url' field must be an HTTPS URL."),
    ],
)
def test_a_bad_field_is_named_and_costs_nothing(
    caller: Caller, clip: Any, task_type: str, fields: dict[str, Any], error: str
) -> None:
    order = {"task_type": task_type, "clip_id": clip["clip_id"], **EDITS[task_type], **fields}
    reply = caller.order("create", **order)
    assert (reply.status, reply.json["type"]) == (400, "validation_error")
    assert reply.json["error"].startswith(error)
    assert caller.credits() == 9_990


def test_the_lengths_that_are_just_right(caller: Caller, clip: Any, asked: list[Any]) -> None:
    for length in (1, 240):
        edit(caller, "extend_music", clip["clip_id"], length=length, starts_at=clip["duration"])
    assert [arguments[2:4] for arguments in asked] == [(2.0, 1.0), (2.0, 240.0)]
