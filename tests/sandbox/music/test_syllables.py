"""Words as syllables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.sandbox.music.formants import CONSONANTS, VOWELS
from studio.sandbox.music.syllables import MAX_SYLLABLES, number, syllables, words


@pytest.mark.parametrize(
    ("word", "count"),
    [("love", 1), ("street", 1), ("midnight", 2), ("times", 1), ("wanted", 2), ("loved", 1), ("little", 2),
     ("away", 2), ("remember", 3), ("station", 2), ("beautiful", 3), ("every", 3), ("wishes", 2), ("42", 3),
     ("1984", 4), ("Привет", 2), ("さ", 1), ("好", 1), ("über", 2), ("psst", 1), ("aaaaaaaah", 1)],
)  # fmt: skip
def test_count(word: str, count: int) -> None:
    assert len(syllables(word)) == count


@pytest.mark.parametrize(
    ("word", "vowels"),
    [("see", "i"), ("moon", "u"), ("time", "ai"), ("rain", "ei"), ("home", "ou"), ("star", "a")],
)
def test_vowels_follow_the_letters(word: str, vowels: str) -> None:
    assert "".join(syllables(word)[0].vowel) == vowels


def test_accents_fall_where_speech_puts_them() -> None:
    assert [s.stress for s in syllables("remember")] == [0.25, 1.0, 0.25]
    assert syllables("the")[0].stress < syllables("fire")[0].stress


def test_consonants_begin_the_next_syllable_if_they_can() -> None:
    assert [(s.onset, s.coda) for s in syllables("midnight")] == [("m", "d"), ("n", "t")]
    assert [s.onset for s in syllables("again")] == ["", "g"]


def test_words_are_freed_from_signs() -> None:
    assert words("🎵 Don't — stop-me!! (ooh)") == ["Don't", "stop", "me", "ooh"]
    assert words("你好 さくら") == ["你", "好", "さ", "く", "ら"]
    assert words("☂ … 🎷") == []


def test_numbers_are_read() -> None:
    assert number("21") == ["twenty", "one"]
    assert number("100") == ["one", "zero", "zero"]


@given(st.text(max_size=60))
def test_any_text_can_be_sung(text: str) -> None:
    for word in words(text):
        parts = syllables(word)
        assert 1 <= len(parts) <= MAX_SYLLABLES
        assert all(vowel in VOWELS for part in parts for vowel in part.vowel)
        assert all(sound in CONSONANTS for part in parts for sound in part.onset + part.coda)
