"""Sections of lyrics."""

import pytest

from studio.sandbox.music.lyrics import Block, blocks


def kinds(text: str) -> list[str]:
    return [block.kind for block in blocks(text)]


def test_headings_make_sections() -> None:
    text = "[Intro]\n[Verse 1]\na\nb\n[Pre-Chorus]\nc\n[CHORUS: all]\nd\n[Bridge]\n[Guitar Solo]\n[Outro]\ne"
    assert kinds(text) == ["intro", "verse", "prechorus", "chorus", "bridge", "outro"]
    assert blocks(text)[1] == Block("verse", ("a", "b"))


@pytest.mark.parametrize(
    ("heading", "kind"),
    [("[Refrain]", "chorus"), ("[Hook x2]", "chorus"), ("[Estribillo]", "chorus"), ("[Припев]", "chorus"),
     ("[Strophe 2]", "verse"), ("[Куплет 1]", "verse"), ("[Brücke]", "bridge"), ("[Solo]", "break"),
     ("Chorus:", "chorus")],
)  # fmt: skip
def test_headings_in_other_words_and_languages(heading: str, kind: str) -> None:
    assert kinds(f"{heading}\nla la")[-1] == kind


def test_words_before_the_first_heading_are_a_verse() -> None:
    assert blocks("hello there\n[Chorus]\nla") == (Block("verse", ("hello there",)), Block("chorus", ("la",)))


def test_without_headings_the_repeated_stanza_is_the_chorus() -> None:
    assert kinds("a\nb\n\nc\nd\n\ne\n\nc\nd") == ["verse", "chorus", "verse", "chorus"]
    assert kinds("a\n\nb\n\nc") == ["verse", "chorus", "verse"]


def test_stage_directions_are_not_sung() -> None:
    assert blocks("[Verse]\n[softly] hold me\n[guitar howls]")[0].lines == ("hold me",)


@pytest.mark.parametrize("text", ["", "\n\n", "   \t"])
def test_nothing_is_no_section(text: str) -> None:
    assert blocks(text) == ()
