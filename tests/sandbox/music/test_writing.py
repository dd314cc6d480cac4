"""Lyrics written for a prompt."""

import re

import pytest

from studio.sandbox.makers import real
from studio.sandbox.music import LyricDraft, SongRequest, compose, write_lyrics
from studio.sandbox.music.couplets import IMAGES, LONG_HOOKS, SHORT_HOOKS, THEMES, Couplet
from studio.sandbox.music.pronounce import sounds
from studio.sandbox.music.style import plain
from studio.sandbox.music.syllables import syllables, words

PROMPTS = (
    "leaving a small town",
    "a rainy night in Tokyo, neon lights, missing you",
    "write a happy summer song about my grandmother's garden and her blue bicycle",
    "Schreib ein Lied über den Regen in Hamburg",
    "slow jazz",
)
HEADINGS = ["[Verse 1]", "[Chorus]", "[Verse 2]", "[Chorus]", "[Bridge]", "[Chorus]"]
# Rhymes for the ear whose spelling hides them from the rules of pronunciation
BY_EAR = """floor for, floor more, four more, grey away, stood would, end friend, ahead bed, now somehow, hair
everywhere, rain again, suns ones, high goodbye, tongue young"""
HEARD = [set(pair.split()) for pair in BY_EAR.split(",")]
PAIRS = [pair for theme in THEMES for pool in (theme.verses, theme.choruses, theme.bridges) for pair in pool]


def sections(draft: LyricDraft) -> list[list[str]]:
    return [part.split("\n") for part in draft.lyrics.split("\n\n")]


def lines(draft: LyricDraft) -> list[str]:
    return [line for heading, *rest in sections(draft) for line in rest]


@pytest.mark.parametrize("prompt", PROMPTS)
def test_a_song_has_verses_choruses_and_a_bridge(prompt: str) -> None:
    parts = sections(write_lyrics(prompt, 1))
    assert [heading for heading, *_ in parts] == HEADINGS
    assert all(len(rest) == 4 for _, *rest in parts)
    assert parts[1] == parts[3] == parts[5]
    assert parts[0][1:] != parts[2][1:]


@pytest.mark.parametrize("prompt", PROMPTS)
def test_lines_are_of_a_length_to_sing(prompt: str) -> None:
    for seed in range(20):
        for line in lines(write_lyrics(prompt, seed)):
            assert 5 <= sum(len(syllables(word)) for word in words(line)) <= 12, line


def test_no_line_comes_twice_outside_the_chorus() -> None:
    for seed in range(30):
        parts = sections(write_lyrics("rain", seed))
        once = [line for index in (0, 1, 2, 4) for line in parts[index]]
        assert len(set(once)) == len(once)


@pytest.mark.parametrize(
    ("prompt", "sung", "title"),
    [
        ("leaving a small town", "Leaving a small town", "Leaving a Small Town"),
        ("a slow ballad about rain in Paris, and the last train home", "Rain in Paris", "Rain in Paris"),
        ("夜の海", "夜の海", "夜の海"),
        ("Schreib ein Lied über den Regen in Hamburg", "Regen in Hamburg", "Regen in Hamburg"),
        ("write a song about missing you!!", "Missing you", "Missing you"),
        ("1999", "1999", "1999"),
    ],
)
def test_the_prompt_is_sung(prompt: str, sung: str, title: str) -> None:
    draft = write_lyrics(prompt, 3)
    assert sections(draft)[1][1].startswith(sung)
    assert draft.title == title


def test_the_other_parts_of_a_prompt_come_into_the_verses() -> None:
    draft = write_lyrics("a rainy night in Tokyo, neon lights, missing you", 1)
    first, second = sections(draft)[0], sections(draft)[2]
    assert "neon lights" in "\n".join(first).lower()
    assert "missing you" in "\n".join(second).lower()


def test_the_same_prompt_and_seed_give_the_same_draft_and_others_another() -> None:
    drafts = [write_lyrics(prompt, seed) for prompt in PROMPTS for seed in range(5)]
    assert drafts == [write_lyrics(prompt, seed) for prompt in PROMPTS for seed in range(5)]
    assert len({draft.lyrics for draft in drafts}) == len(drafts)


@pytest.mark.parametrize(
    "prompt",
    ["", " ", "🎵🎵", "x" * 3000, "\0\ud800{T}{0}%s", "[Chorus]\n[Chorus]", "the of and",
     "word " * 600, "ночь и дождь", "ليل طويل", "ป่า ใหญ่", "<b>&amp;</b>", "fuck this", "9" * 999],
)  # fmt: skip
def test_any_prompt_gives_a_whole_song(prompt: str) -> None:
    draft = write_lyrics(prompt, 5)
    assert [heading for heading, *_ in sections(draft)] == HEADINGS
    assert 0 < len(draft.title) <= 80
    assert not re.search(r"[{}<>\0]|fuck", draft.lyrics + draft.title)
    draft.lyrics.encode()


@pytest.mark.parametrize(
    ("prompt", "mood"),
    [("rain and tears", "slow"), ("a party at the club", "energetic"), ("the sea", "sunny")],
)
def test_the_sound_suits_the_prompt(prompt: str, mood: str) -> None:
    assert mood in write_lyrics(prompt, 2).sound


def test_the_sound_names_a_genre_and_a_tempo_that_the_composer_follows() -> None:
    sound = write_lyrics("a reggae song about the sea", 2).sound
    style = compose(SongRequest(sound, "la", "", 9)).style
    assert style.family.name == "reggae"
    assert f"{style.bpm:.0f} bpm" in sound


@pytest.mark.parametrize("pair", [*PAIRS, *SHORT_HOOKS, *LONG_HOOKS, *IMAGES], ids=lambda pair: pair[1])
def test_couplets_rhyme(pair: Couplet) -> None:
    first, second = (plain(words(line.removesuffix(" us"))[-1]) for line in pair)
    assert first != second
    assert rhyme(first) == rhyme(second) or {first, second} in HEARD


def rhyme(word: str) -> list[object]:
    """The last vowel of a word and all after it."""
    said = sounds(word)
    last = max(place for place, sound in enumerate(said) if isinstance(sound, tuple))
    return list(said[last:])


def test_the_server_orders_it_here() -> None:
    assert real().write_lyrics("rain", 1) == write_lyrics("rain", 1)
