"""A section of one text in another: which answers to which, and where one goes that has no counterpart."""

import time

import pytest

from studio.text.takeover import name_of, pairs, with_section

MINE = "[Verse]\nold one\n\n[Bridge]\nmy bridge\n\n[Chorus]\nmine\n"
THEIRS = (
    "[Intro]\nla\n\n[Verse 1]\nnew one\n\n[Chorus]\nyours\n\n[Verse 2]\nnew two\n\n[chorus]\nyours, louder"
)

TAKEN = {
    "before everything": (0, "Intro", f"[Intro]\nla\n\n{MINE}"),
    "a bare head answers to a numbered one": (1, "Verse 1", MINE.replace("[Verse]\nold", "[Verse 1]\nnew")),
    "in the place of its own": (2, "Chorus", MINE.replace("mine", "yours")),
    "behind what stands before it": (3, "Verse 2", f"{MINE}\n[Verse 2]\nnew two"),
    "the second of one name": (4, "chorus (2)", f"{MINE}\n[chorus]\nyours, louder"),
}


@pytest.mark.parametrize(("index", "name", "text"), TAKEN.values(), ids=list(TAKEN))
def test_a_section_is_taken_and_nothing_else_changes(index: int, name: str, text: str) -> None:
    assert name_of(THEIRS, index) == name
    assert with_section(MINE, THEIRS, index) == text


def test_what_belongs_together_stands_side_by_side() -> None:
    found = [(pair.name, pair.index, bool(pair.mine), pair.differs) for pair in pairs(MINE, THEIRS)]
    assert found == [
        ("Intro", 0, False, True),
        ("Verse 1", 1, True, True),
        ("Bridge", None, True, False),
        ("Chorus", 2, True, True),
        ("Verse 2", 3, False, True),
        ("chorus (2)", 4, False, True),
    ]


def test_two_numbered_verses_are_two() -> None:
    assert with_section("[Verse 1]\none", "[Verse 2]\ntwo", 0) == "[Verse 1]\none\n\n[Verse 2]\ntwo"


def test_without_heads_the_whole_text_is_one_section() -> None:
    assert (
        with_section("my\nlines\n\n[Chorus]\nmine", "their\n\nlines", 0) == "their\n\nlines\n\n[Chorus]\nmine"
    )
    assert with_section("", THEIRS, 0) == "[Intro]\nla"
    assert with_section("\n\n", "their words", 0) == "their words"


def test_there_is_no_section_beyond_the_last() -> None:
    for take in (lambda: with_section(MINE, THEIRS, 5), lambda: name_of(THEIRS, 5), lambda: name_of("", 0)):
        with pytest.raises(IndexError):
            take()


def test_thousands_of_heads_take_no_time_squared() -> None:
    mine, theirs = "[a]\n" * 5_000, "".join(f"[b{n}]\n" for n in range(3_000))
    start = time.process_time()
    assert len(pairs(mine, theirs)) == 8_000
    assert with_section(mine, theirs, 2_999).endswith("[b2999]")
    assert time.process_time() - start < 5
