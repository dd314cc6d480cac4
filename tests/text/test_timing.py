"""When lines are sung: from words that were heard, from a file, or estimated."""

import pytest

from studio.text.timing import Line, from_words, proportional, range_of, read_lrc, write_lrc, write_srt

LYRICS = "[Verse 1]\nWalkin' home, alone\nThe lights go out\n\n[Solo]\n\n[Chorus]\nLa la la\nCome home!"
HEARD = [
    *[("walkin", 10.0, 10.5), ("home", 10.5, 11.0), ("yeah", 11.0, 11.4), ("Alone,", 11.5, 12.0)],
    *[("la", 30.0, 30.4), ("LA", 30.4, 30.8), ("la", 30.8, 31.2), ("come home", 32.0, 33.0)],
]


def test_words_find_their_lines_though_some_are_missing_and_some_too_many() -> None:
    lines = from_words(LYRICS, HEARD)
    assert [(line.line, line.text) for line in lines] == [
        (1, "Walkin' home, alone"),
        (2, "The lights go out"),
        (7, "La la la"),
        (8, "Come home!"),
    ]
    assert [(line.start, line.end) for line in lines if line.line != 2] == [(10, 12), (30, 31.2), (32, 33)]
    assert lines[1].start == 12 < lines[1].end < 30


def test_words_of_another_song_and_useless_times_tell_nothing() -> None:
    assert from_words(LYRICS, [("nothing", 1.0, 2.0), ("alike", 3.0, 4.0)]) == []
    for useless in ("nan", "inf", "-1"):
        assert from_words(LYRICS, [(word, float(useless), end) for word, _, end in HEARD]) == []


def test_words_without_lyrics_make_lines_that_end_at_pauses() -> None:
    lines = from_words("[Intro]", HEARD)
    assert [line.text for line in lines] == ["walkin home yeah Alone,", "la LA la", "come home"]
    assert {line.line for line in lines} == {None}


def test_an_estimate_goes_by_syllables_and_leaves_room_for_the_band() -> None:
    lines = proportional(LYRICS, 100)
    assert [line.line for line in lines] == [1, 2, 7, 8]
    assert (lines[0].start, lines[-1].end) == (8, pytest.approx(94))
    lengths = [line.end - line.start for line in lines]
    assert lengths[0] == pytest.approx(lengths[1] * 6 / 5)  # five syllables and a breath against four
    assert lines[1].start == lines[0].end
    assert lines[2].start - lines[1].end > lengths[0]  # the solo
    assert proportional("[Intro]\n", 100) == proportional("", 0) == []


def test_the_range_of_lines_reaches_to_the_next_one_and_stays_in_the_song() -> None:
    lines = from_words(LYRICS, HEARD)
    assert range_of(lines, 1, 1, 60) == (10, 12)
    assert range_of(lines, 6, 7, 60) == (30, 32)
    assert range_of(lines, 7, 8, 32.5) == (30, 32.5)
    assert range_of(lines, 3, 5, 60) == (lines[1].end, 30)
    assert range_of([], 0, 3, 60) == (0, 60)


FILE = """\ufeff[ti:Home]
[offset:+500]
[00:32.00]Come home
[00:10.5][00:20:50]<00:10.50>Walkin' <00:11.00>home alone
[00:12.50]
no time
[00:30.500]La la la"""


def test_a_lrc_file_is_read_in_the_order_of_its_times() -> None:
    assert read_lrc(FILE.replace("\n", "\r\n"), LYRICS) == [
        Line(1, "Walkin' home alone", 10.0, 12.0),
        Line(None, "Walkin' home alone", 20.0, 30.0),
        Line(7, "La la la", 30.0, 31.5),
        Line(8, "Come home", 31.5, 35.5),
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no times"),
        ("[ti:x]\n[99]\nwords", "no times"),
        ("[00:01.00]" * 5_001, "more than 5,000"),
        ("x" * 400_001, "too long"),
        ("[0:01]" * 1_000 + "la " * 1_000, "too long"),
        ("[0:01]" + "x" * 5_001, "a line of 5,001 characters"),
    ],
)
def test_a_file_without_use_is_refused_in_words(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_lrc(text)


def test_what_is_written_can_be_read_again() -> None:
    lines = [
        Line(0, "[00:01.00] tricky", 1.234, 2.0),
        Line(1, "two\nlines \u2028 in one", 5.0, 9.999),
        Line(2, "late --> later", 3_661.5, 3_662.0),
    ]
    found = read_lrc(write_lrc(lines, "A ] title"))
    assert [line.text for line in found] == ["[00:01.00] tricky", "two lines in one", "late --> later"]
    assert [(line.start, line.end) for line in found] == [(1.23, 2.0), (5.0, 10.0), (3661.5, 3662.0)]
    srt = write_srt(lines)
    assert srt.startswith("1\n00:00:01,234 --> 00:00:02,000\n[00:01.00] tricky\n\n2\n")
    assert srt.endswith("3\n01:01:01,500 --> 01:01:02,000\nlate → later\n")
