"""Lyrics beside their times: nothing that is sung or written is lost on the way through the text and back."""

import time

import pytest

from studio.sandbox.music import SongRequest, write_lyrics
from studio.sandbox.music.recipes import pieces_of, recipe_of, with_step
from studio.sandbox.music.song import Song, compose
from studio.sandbox.music.syllables import words as words_of
from studio.sandbox.splice import spliced
from studio.text.following import Sung, again, along, read, stamp, written
from studio.text.sections import is_head, lines_of
from studio.text.timing import Line, from_words, proportional

LYRICS = "[Chorus]\nBlue, blue night\n\n[Verse]\nLate night drives\nBlue, blue night"
TIMES = [
    Line(1, "Blue, blue night", 1.0, 3.0),
    Line(4, "Late night drives", 5.25, 7.0),
    Line(None, "Ooh", 8.0, 9.0),
    Line(5, "Blue, blue night", 10.0, 12.0),
    Line(None, "blue blue night", 70.0, 72.0),
]
TEXT = """[Chorus]
[00:01.00] Blue, blue night

[Verse]
[00:05.25] Late night drives
[00:08.00] Ooh
[00:10.00] Blue, blue night
[01:10.00] blue blue night"""


def places(lines: list[Line]) -> list[tuple[int | None, str, float]]:
    return [(line.line, line.text, line.start) for line in lines]


def test_a_page_shows_every_line_once_with_all_its_times() -> None:
    assert along(LYRICS, TIMES) == [
        Sung("[Chorus]"),
        Sung("Blue, blue night", ((1.0, 3.0), (70.0, 72.0))),
        Sung(""),
        Sung("[Verse]"),
        Sung("Late night drives", ((5.25, 7.0),)),
        Sung("Ooh", ((8.0, 9.0),)),
        Sung("Blue, blue night", ((10.0, 12.0),)),
    ]
    assert along("", TIMES[2:3]) == [Sung("Ooh", ((8.0, 9.0),))]
    assert along("", []) == []


def test_what_is_written_down_reads_as_the_same_times() -> None:
    assert written(LYRICS, TIMES) == TEXT
    assert places(read(TEXT, LYRICS)) == places(TIMES)
    assert written(LYRICS, []) == LYRICS


def test_of_two_equal_lines_the_one_that_has_the_time_keeps_it() -> None:
    text = TEXT.replace("[00:01.00] ", "")
    assert places(read(text, LYRICS))[2] == (5, "Blue, blue night", 10.0)
    assert [line.line for line in read(text, LYRICS)] == [4, None, 5, None]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "[00:00.00]"), (59.995, "[01:00.00]"), (62.5, "[01:02.50]"), (6000, "[100:00.00]")],
)
def test_a_moment(seconds: float, text: str) -> None:
    assert stamp(seconds) == text


def test_the_longest_song_takes_no_time() -> None:
    """5,000 words that are all alike, and 400 lines of which each could be any other."""
    lyrics = "\n".join("word " * (n % 40) for n in range(400))
    words = [("word", float(n), n + 0.5) for n in range(5000)]
    began = time.process_time()
    lines = from_words(lyrics, words)
    back = again(lyrics, words, 0.0)
    times = [*proportional(lyrics, 600.0), *back]
    assert len(along(lyrics, times)) == len(read(written(lyrics, times), lyrics)) - len(back) + 10
    assert time.process_time() - began < 3
    assert (len(lines), len(back)) == (390, 129)


# -- The sandbox's songs ---------------------------------------------------------------------------


def song(seed: int) -> tuple[str, Song]:
    lyrics = write_lyrics("a small town by the sea", seed).lyrics
    return lyrics, compose(SongRequest("warm folk, female vocals", lyrics, "Sea", seed))


def true_starts(lyrics: str, made: Song) -> dict[int, float]:
    """When the first word of each line is sung: the composer sings the words in order, and some again."""
    starts, at = {}, 0
    for number, line in enumerate(lines_of(lyrics)):
        own = [] if is_head(line) else words_of(line)
        if own and at < len(made.words):
            assert [word.text for word in made.words[at : at + len(own)]] == own
            starts[number] = made.words[at].start
            at += len(own)
    return starts


def test_lines_of_the_sandbox_begin_with_their_first_words() -> None:
    """Printed: how far the lines' starts are from that, and how far they would be with an estimate."""
    exact, estimated = [], []
    for seed in range(1, 6):
        lyrics, made = song(seed)
        true = true_starts(lyrics, made)
        told = {line.line: line.start for line in from_words(lyrics, made.words)}
        guessed = {line.line: line.start for line in proportional(lyrics, made.duration, "en")}
        exact += [abs(told[number] - start) for number, start in true.items()]
        estimated += [abs(guessed[number] - start) for number, start in true.items()]
    off = sum(estimated) / len(estimated)
    print(f"{len(exact)} lines begin {max(exact):.3f} s off at most; estimated, {off:.1f} s on average")
    assert max(exact) == 0
    assert off < 12


def test_lines_of_a_part_that_was_sung_anew_begin_in_that_part() -> None:
    lyrics, made = song(3)
    old = [line for line in from_words(lyrics, made.words) if line.line is not None]
    start, end = old[4].start - 0.2, old[8].start - 0.2
    new = "Hello little lantern\nglowing in the rain"
    order = {"instruction": "", "lyrics": new, "seed": 9}
    recipe = recipe_of(SongRequest("warm folk, female vocals", lyrics, "Sea", 3))
    pieces = pieces_of(with_step(recipe, "replace", starts_at=start, ends_at=end, **order))
    words = [word for piece in pieces for word in piece.words]
    text = spliced(lyrics, [list(word) for word in made.words], (start, end), new)
    told = {line.text: line.start for line in from_words(text, words)}
    firsts = {word.text: word.start for word in reversed(words)}
    assert start <= told["Hello little lantern"] == firsts["Hello"] < told["glowing in the rain"] < end
    assert told[old[0].text] == old[0].start
    assert told[old[9].text] == old[9].start
