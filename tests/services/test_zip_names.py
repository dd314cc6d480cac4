"""Titles are other people's text, and must be files on every system."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.services.zip_names import Names, safe


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Blue night", "Blue night"),
        ("AC/DC: live\\now", "AC_DC_ live_now"),
        ('"What?" <yes> | *', "_What__ _yes_ _ _"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..", "Untitled"),
        ("", "Untitled"),
        (" . ", "Untitled"),
        ("The end...", "The end"),
        ("line\r\nbreak\ttab", "line break tab"),
        ("nul\0byte", "nulbyte"),
        ("song\u202e3pm.exe", "song3pm.exe"),
        ("\u2066\u200bhidden\ufeff", "hidden"),
        ("Cafe\u0301", "Café"),
        ("夜 🎵 ليل", "夜 🎵 ليل"),
        ("CON", "_CON"),
        ("con.aux", "_con.aux"),
        ("nul ", "_nul"),
        ("Com1.live", "_Com1.live"),
        ("lpt¹", "_lpt¹"),
        ("Console", "Console"),
    ],
)
def test_a_title_becomes_a_name(title: str, name: str) -> None:
    assert safe(title) == name


@given(st.text(max_size=300))
def test_any_title_becomes_a_name_that_all_systems_take(title: str) -> None:
    name = safe(title)
    assert 0 < len(name.encode()) <= 101
    assert not re.search(r'[/\\:*?"<>|\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]', name)
    assert name == name.strip(" ") == name.strip(".")
    assert unicodedata.is_normalized("NFC", name)
    assert safe(name) == name


@given(
    st.lists(
        st.sampled_from(["a", "A", "a (2)", "a (3)", "ß", "SS", "ss", "é", "É", "songs.csv"]), max_size=20
    )
)
def test_no_two_paths_are_alike(paths: list[str]) -> None:
    names = Names("songs.csv")
    given = [names.free(path) for path in paths]
    assert len({name.casefold() for name in ["songs.csv", *given]}) == len(paths) + 1


def test_a_thousand_songs_of_one_title_are_named_at_once() -> None:
    names = Names()
    assert [names.free("a", ".m4a") for _ in range(5000)][-1] == "a (5000).m4a"


def test_projects_of_one_name_have_folders_of_their_own() -> None:
    names = Names()
    assert names.folder(1, "Demos") == names.folder(1, "Demos") == "Demos"
    assert names.folder(2, "demos") == "demos (2)"
