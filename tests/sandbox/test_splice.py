"""Which lines a replaced part takes away."""

from typing import Any

import pytest

from studio.sandbox.splice import spliced

LYRICS = "[Verse]\nLate night drives\nacross the town\n\n[Chorus]\nCome back, come back\nto the town"
WORDS: list[list[Any]] = [
    *(["Late", 8.0, 8.5], ["night", 8.5, 9.0], ["drives", 9.0, 10.0]),
    *(["across", 12.0, 12.5], ["the", 12.5, 13.0], ["town", 13.0, 14.0]),
    *(["Come", 20.0, 20.5], ["back", 20.5, 21.0], ["come", 21.0, 21.5], ["back", 21.5, 22.0]),
    *(["to", 24.0, 24.5], ["the", 24.5, 25.0], ["town", 25.0, 26.0]),
    *(["Come", 40.0, 40.5], ["back", 40.5, 41.0]),  # the chorus comes again
]


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        ((7, 11), "[Verse]\nNEW\nacross the town\n\n[Chorus]\nCome back, come back\nto the town"),
        ((12, 24), "[Verse]\nLate night drives\nNEW\n\n[Chorus]\nto the town"),
        ((24, 60), "[Verse]\nLate night drives\nacross the town\n\n[Chorus]\nCome back, come back\nNEW"),
        ((0, 60), "[Verse]\nNEW\n\n[Chorus]"),
        ((0, 8), f"[Verse]\nNEW\n{LYRICS.removeprefix('[Verse]')[1:]}"),
        ((30, 35), f"{LYRICS}\nNEW"),
    ],
)
def test_new_lines_take_the_place_of_those_in_the_span(span: tuple[float, float], expected: str) -> None:
    assert spliced(LYRICS, WORDS, span, "NEW") == expected


def test_several_new_lines() -> None:
    expected = "[Verse]\nOne\nTwo\nacross the town\n\n[Chorus]\nCome back, come back\nto the town"
    assert spliced(LYRICS, WORDS, (8, 9), "One\nTwo") == expected


def test_lines_with_a_heading_take_the_place_of_the_old_heading() -> None:
    verse = LYRICS.split("\n\n")[0]
    assert spliced(LYRICS, WORDS, (20, 60), "[Chorus]\nNEW") == f"{verse}\n\n[Chorus]\nNEW"
    assert spliced(LYRICS, WORDS, (0, 60), "[Verse]\nA\n[Chorus]\nB") == "[Verse]\nA\n[Chorus]\nB\n"
    # The middle of a section, or words that only begin with a direction: the heading stays.
    assert spliced(LYRICS, WORDS, (24, 60), "[Bridge]\nNEW").endswith("back\n[Bridge]\nNEW")
    assert spliced(LYRICS, WORDS, (20, 60), "[low] NEW").endswith("[Chorus]\n[low] NEW")


@pytest.mark.parametrize(("lyrics", "words"), [("", []), ("", WORDS)])
def test_where_nothing_was_sung_the_new_lines_are_all(lyrics: str, words: list[Any]) -> None:
    assert spliced(lyrics, words, (0, 10), "NEW") == "NEW"


def test_words_that_are_not_in_the_text_take_nothing_away() -> None:
    assert spliced(LYRICS, [["ooh", 1.0, 2.0]], (0, 10), "NEW") == f"{LYRICS}\nNEW"


def test_a_word_that_is_written_otherwise_is_passed_over() -> None:
    words = [["Late", 8.0, 8.5], ["forty-two", 9.0, 10.0], *WORDS[3:]]
    assert spliced(LYRICS, words, (12, 14), "NEW").startswith("[Verse]\nLate night drives\nNEW\n\n[Chorus]")
