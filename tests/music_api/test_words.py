"""When words are sung: a list or its text, under either names; what is wrong costs a word, not the song."""

import json
from typing import Any

import pytest

from studio.music_api.types import PollResult
from studio.music_api.words import MAX_WORDS, words_of
from tests.music_api.test_decode_polls import poll, song

NIGHT = ("night", 0.5, 1.0)
SONIC = {"word": "night", "start_s": 0.5, "end_s": 1, "p_align": 0.9, "success": True}
NONSENSE = [None, 7, "", "[", "{}", "[" * 100_000, "\ud800", "9" * 5000, {"words": [{}]}]
PLAIN = {"text": "night", "start": "0.5", "end": 1.0}


@pytest.mark.parametrize("entry", [SONIC, PLAIN])
def test_a_list_and_its_text_say_the_same(entry: dict[str, Any]) -> None:
    assert words_of([entry]) == words_of(json.dumps([entry])) == (NIGHT,)


@pytest.mark.parametrize(
    "wrong",
    [
        *(None, 7, "night", [], {}),
        {**SONIC, "word": "\0"},
        {**SONIC, "word": ["night"]},
        {**SONIC, "start_s": 1.5},
        {**SONIC, "start_s": -0.1},
        {**SONIC, "start_s": True},
        {**SONIC, "end_s": 36_000.1},
        {**SONIC, "end_s": float("nan")},
        {**SONIC, "end_s": float("inf")},
        {"word": "night", "start_s": 0.5},
    ],
)
def test_a_word_without_its_time_is_left_out(wrong: Any) -> None:
    assert words_of([wrong, SONIC]) == words_of(json.dumps([wrong, SONIC])) == (NIGHT,)


@pytest.mark.parametrize("value", NONSENSE, ids=lambda value: repr(value)[:20])
def test_what_is_no_list_says_nothing(value: Any) -> None:
    assert words_of(value) == ()


def test_there_is_a_limit_to_words() -> None:
    assert len(words_of([SONIC] * (MAX_WORDS + 1))) == MAX_WORDS
    assert words_of([{**SONIC, "word": "x" * 1000}]) == (("x" * 80, 0.5, 1.0),)


def test_an_answer_is_stored_with_its_words_and_one_of_before_reads() -> None:
    result = poll({"status": "SUCCESS", "data": [song(lyrics_timestamped=json.dumps([SONIC]))]})
    assert result.items[0].words == (NIGHT,)
    stored = json.loads(json.dumps(result.as_dict()))
    assert PollResult.from_dict(stored) == result
    del stored["items"][0]["words"]
    assert PollResult.from_dict(stored).items[0].words == ()
