"""The form."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.sandbox.music import SongRequest, compose
from studio.sandbox.music.form import MOST_SYLLABLES, form, phrase_bars, phrases_of
from studio.sandbox.music.style import style_of


def kinds(lyrics: str, sound: str = "pop") -> list[str]:
    return [section.kind for section in compose(SongRequest(sound, lyrics, "", 1)).sections]


def test_section_tags_shape_the_form() -> None:
    lines = "\none two three four\nfive six seven eight\n" * 2
    assert kinds(f"[Verse]{lines}[Chorus]{lines}[Bridge]{lines}[Chorus]{lines}") == [
        "intro", "verse", "chorus", "bridge", "chorus", "outro",
    ]  # fmt: skip
    assert kinds(f"[Chorus]{lines}[Verse]{lines}[Chorus]{lines}")[1:4] == ["chorus", "verse", "chorus"]


def test_given_intro_and_outro_are_not_doubled() -> None:
    found = kinds("[Intro]\n[Verse]\nla la la la\nla la la\n[Outro]\nbye bye")
    assert (found.count("intro"), found.count("outro")) == (1, 1)


def test_tags_without_text_are_played() -> None:
    sections = compose(SongRequest("rock", "[Verse]\n[Chorus]\n[Bridge]", "", 1)).sections
    assert [s.kind for s in sections][1:4] == ["verse", "chorus", "bridge"]
    assert not any(section.phrases for section in sections)


def test_an_instrumental_keeps_the_form_of_its_lyrics() -> None:
    lyrics = "[Verse]\na b c d e f\ng h i j k l\n[Chorus]\nm n o p q r\ns t u v w x"
    quiet = compose(SongRequest("pop", lyrics, "", 1, instrumental=True))
    assert [s.kind for s in quiet.sections] == kinds(lyrics)


@pytest.mark.parametrize("sound", ["pop", "ambient", "drum & bass", "lo-fi", "50 bpm folk", "200 bpm rock"])
@pytest.mark.parametrize("lyrics", ["", "word", "[Verse]", "la la la\n" * 6, "many words come here\n" * 250])
def test_length_is_between_one_and_three_minutes(sound: str, lyrics: str) -> None:
    assert 60 <= compose(SongRequest(sound, lyrics, "", 4)).duration <= 180


@settings(max_examples=40, deadline=None)
@given(sound=st.text(max_size=40), lyrics=st.text(max_size=600), seed=st.integers())
def test_any_order_becomes_a_song(sound: str, lyrics: str, seed: int) -> None:
    song = compose(SongRequest(sound, lyrics, "", seed))
    assert 60 <= song.duration <= 180
    assert song.title


def test_short_lyrics_stay_short() -> None:
    lyrics = "[Verse]\nSo here we are again\nDancing in the rain\n[Chorus]\nOh stay\nDon't go away"
    for seed in range(8):
        assert compose(SongRequest("pop", lyrics, "", seed)).duration < 80


@pytest.mark.parametrize(("bpm", "bars"), [(60, 1), (72, 1), (100, 2), (130, 2), (174, 4)])
def test_a_line_takes_about_four_seconds(bpm: int, bars: int) -> None:
    assert phrase_bars(bpm) == bars


def test_long_lines_are_parted_and_short_ones_joined() -> None:
    long = phrases_of(("the quick brown fox is jumping over every lazy dog that ever lay in the sun",))
    assert len(long) == 2
    assert all(sum(len(w.syllables) for w in phrase) <= MOST_SYLLABLES for phrase in long)
    assert [len(phrase) for phrase in phrases_of(("oh no", "oh yes", "one two three four five"))] == [4, 5]


def test_the_last_chorus_is_the_strongest() -> None:
    lyrics = "[Chorus]\nla la la la\nla la la\n[Verse]\nla la la la\n[Chorus]\nla la la la\nla la la"
    style = style_of(SongRequest("folk", lyrics, "", 1))
    energies = [section.energy for section in form(lyrics, style) if section.kind == "chorus"]
    assert energies == sorted(energies)
    assert energies[0] < energies[-1]
