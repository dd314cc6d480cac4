import json

import pytest

from studio.music_api.decode import MAX_ITEMS
from studio.music_api.types import Item, PollState
from tests.music_api.test_decode_polls import poll, song


def only_item(**fields: object) -> Item:
    return poll({"status": "SUCCESS", "data": [song(**fields)]}).items[0]


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        ({"duration": "104.88"}, "duration", 104.88),
        ({"duration": 104}, "duration", 104.0),
        ({"duration": "long"}, "duration", None),
        ({"duration": "nan"}, "duration", None),
        ({"duration": "1e999"}, "duration", None),
        ({"duration": -1}, "duration", None),
        ({"duration": 86_401}, "duration", None),
        ({"duration": True}, "duration", None),
        ({"duration": []}, "duration", None),
        ({"seed": 12345}, "seed", "12345"),
        ({"seed": True}, "seed", None),
        ({"lyric": "La"}, "lyrics", "La"),
        ({"lyrics": "Lo", "lyric": "La"}, "lyrics", "Lo"),
        ({"title": "a\0b\ud800 e\u0301"}, "title", "ab é"),
        ({"title": "\0"}, "title", None),
        ({"title": 7}, "title", None),
        ({"title": "x" * 1000}, "title", "x" * 200),
        ({"title": "\u0958" * 200}, "title", "\u0915\u093c" * 100),  # NFC makes this letter two characters
        ({"mv": "FUZZ-9"}, "model", "FUZZ-9"),
        ({"clip_id": "c 1"}, "clip_id", None),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_one_field(fields: dict[str, object], name: str, value: object) -> None:
    assert getattr(only_item(**fields), name) == value


@pytest.mark.parametrize("duration", ["NaN", "Infinity", "-Infinity", "1e400", "9" * 5000, '1,"duration":2'])
def test_a_number_that_tells_nothing_does_not_cost_the_song(duration: str) -> None:
    result = poll(
        b'{"status":"SUCCESS","data":[{"clip_id":"c1","audio_url":"https://a/b","duration":%s}]}'
        % duration.encode()
    )
    assert (result.state, result.items[0].duration) == (PollState.SUCCESS, None)


def test_a_broken_byte_does_not_cost_the_song() -> None:
    body = json.dumps({"status": "SUCCESS", "data": [song(title="caf?")]}).encode().replace(b"?", b"\xe9")
    assert poll(body).items[0].title == "caf\ufffd"


def test_there_is_a_limit_to_items() -> None:
    assert len(poll({"status": "SUCCESS", "data": [song()] * 1000}).items) == MAX_ITEMS
