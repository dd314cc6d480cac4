"""What an order may look like (upstream.md 1.2)."""

import json
from typing import Any

import pytest

from studio.sandbox.contract import CREATE, Desk, read_order
from studio.sandbox.profiles import PROFILES
from studio.sandbox.types import Refusal

BARE = {"task_type": "create_music", "sound": "x"}
MODELS = PROFILES["all"].models
DESK = Desk(PROFILES["all"], {}.get)


def order(**fields: Any) -> Any:
    return read_order(CREATE, json.dumps(BARE | fields).encode(), DESK)


def refusal(raw: bytes) -> tuple[int, str, str]:
    with pytest.raises(Refusal) as caught:
        read_order(CREATE, raw, DESK)
    answer = caught.value.answer
    return answer.status, answer.body["type"], answer.body["error"]


def test_the_whole_request_of_the_page() -> None:
    full = order(
        mv="FUZZ-2.0 Pro",
        lyrics="[Verse 1]\nI've been running",
        title="Back to You",
        seed="0012345",
        make_instrumental=True,
        lyrics_strength=0.25,
        sound_strength=1,
        webhook_url="https://studio.example/hooks/1",
        webhook_secret="s",
    )
    assert (full.mv, full.title, full.seed, full.make_instrumental) == (
        "FUZZ-2.0 Pro",
        "Back to You",
        "0012345",
        True,
    )
    assert (full.lyrics_strength, full.sound_strength) == (0.25, 1.0)
    assert (full.webhook_url, full.webhook_secret) == ("https://studio.example/hooks/1", "s")


def test_null_stands_for_a_missing_field() -> None:
    nothing = order(
        lyrics=None, mv=None, title=None, make_instrumental=None, sound_strength=None, webhook_url=None
    )
    assert (nothing.lyrics, nothing.mv, nothing.title) == ("", "FUZZ-2.0", "")
    assert (nothing.make_instrumental, nothing.sound_strength, nothing.webhook_url) == (False, 0.5, "")


def test_unknown_fields_are_ignored() -> None:
    assert order(weirdness=7, cover_url=[]).sound == "x"


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "é" * 80},
        {"lyrics_strength": 0},
        {"sound_strength": 0.2},
        {"seed": "9" * 18},
        {"sound": "", "lyrics": "la"},
        {"webhook_url": "http://localhost:8000/hooks/1"},
        {"webhook_url": "http://127.0.0.1/"},
        {"webhook_url": "http://[::1]:9/"},
        {"webhook_url": "https://a.example/" + "x" * 1006},
        *({"mv": model} for model in MODELS),
    ],
)
def test_what_is_just_right(fields: dict[str, Any]) -> None:
    accepted = order(**fields)
    assert {name: getattr(accepted, name) for name in fields} == fields


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"sound": None}, "Either the 'sound' or the 'lyrics' field"),
        ({"sound": " \n", "lyrics": ""}, "Either the 'sound' or the 'lyrics' field"),
        ({"sound": ["x"]}, "The 'sound' field"),
        ({"sound": "a\0b"}, "The 'sound' field"),
        ({"lyrics": "half a pair: \ud83d"}, "The 'lyrics' field"),
        ({"title": "x" * 81}, "The 'title' field"),
        ({"title": 7}, "The 'title' field"),
        ({"mv": "fuzz-2.0"}, "The 'mv' field is invalid. Allowed models: FUZZ-3-Demo, "),
        ({"mv": ["FUZZ-2.0"]}, "The 'mv' field is invalid"),
        ({"seed": "12a"}, "The 'seed' field"),
        ({"seed": ""}, "The 'seed' field"),
        ({"seed": "-1"}, "The 'seed' field"),
        ({"seed": "١٢"}, "The 'seed' field"),
        ({"seed": "9" * 19}, "The 'seed' field"),
        ({"seed": 12}, "The 'seed' field"),
        ({"make_instrumental": "true"}, "The 'make_instrumental' field"),
        ({"make_instrumental": 1}, "The 'make_instrumental' field"),
        ({"lyrics_strength": 1.01}, "The 'lyrics_strength' field"),
        ({"lyrics_strength": -0.01}, "The 'lyrics_strength' field"),
        ({"lyrics_strength": True}, "The 'lyrics_strength' field"),
        ({"sound_strength": 0.19}, "The 'sound_strength' field"),
        ({"sound_strength": "0.5"}, "The 'sound_strength' field"),
        ({"sound_strength": 10**400}, "The 'sound_strength' field"),
        ({"webhook_url": "http://studio.example/hooks"}, "The 'webhook_url' field"),
        ({"webhook_url": "http://127.0.0.1.example/"}, "The 'webhook_url' field"),
        ({"webhook_url": "ftp://127.0.0.1/"}, "The 'webhook_url' field"),
        ({"webhook_url": "https:///hooks"}, "The 'webhook_url' field"),
        ({"webhook_url": "https://a.example:x/"}, "The 'webhook_url' field"),
        ({"webhook_url": "https://[::1/"}, "The 'webhook_url' field"),
        ({"webhook_url": "https://a.example/\r\nX: y"}, "The 'webhook_url' field"),
        ({"webhook_url": "https://a.example/" + "x" * 1007}, "The 'webhook_url' field"),
        ({"webhook_secret": {}}, "The 'webhook_secret' field"),
        ({"task_type": None}, "The 'task_type' field"),
        ({"task_type": "sing"}, "The 'task_type' field"),
        ({"task_type": []}, "The 'task_type' field"),
    ],
)
def test_a_bad_field_is_named(fields: dict[str, Any], named: str) -> None:
    status, kind, error = refusal(json.dumps(BARE | fields).encode())
    assert (status, kind) == (400, "validation_error")
    assert error.startswith(named)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"sound=x",
        b"[]",
        b'"x"',
        b"null",
        b'{"task_type":"create_music","sound":"x"',
        b'{"task_type":"create_music","sound":"\xff"}',
        b'{"task_type":"create_music","sound":"x","weirdness":NaN}',
        b'{"task_type":"create_music","sound":"x","lyrics_strength":' + b"9" * 5000 + b"}",
        b'{"a":' * 100_000,
    ],
)
def test_a_body_that_is_no_order(raw: bytes) -> None:
    status, kind, _ = refusal(raw)
    assert (status, kind) == (400, "validation_error")


def test_a_retired_type_is_gone_whatever_else_is_wrong() -> None:
    status, kind, _ = refusal(b'{"task_type":"music_variation","title":7}')
    assert (status, kind) == (410, "endpoint_retired")
