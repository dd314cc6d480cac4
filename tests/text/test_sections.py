"""Sections: what a head is, of which kind, and what is proposed where none is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.text.sections import Section, is_head, kind_of, lines_of, missing_heads, sections

SONG = "a whisper\n\n[Verse 1]\nOne\nTwo\n\n[Chorus: softly]\nThree [whispered]\n"


def test_sections_hold_the_lines_up_to_the_next_head() -> None:
    assert sections(SONG) == (
        Section("", "other", 0, 1),
        Section("Verse 1", "verse", 2, 5),
        Section("Chorus: softly", "chorus", 6, 8),
    )
    assert sections("") == sections("\n \n") == ()
    assert sections("\n[Intro]\nla") == (Section("Intro", "intro", 1, 2),)


@pytest.mark.parametrize(
    ("line", "head"),
    [
        ("[Verse 1]", True),
        ("  [Chorus]: ", True),
        ("[whispered]", True),
        ("[Verse", False),
        ("Verse 1]", False),
        ("[]", False),
        ("[a] b", False),
        ("[a][b]", False),
        ("<script>", False),
        ("[Ver\u2028se]", True),
        (f"[{'x' * 61}]", False),
    ],
)
def test_a_head_is_a_whole_line_in_brackets(line: str, head: bool) -> None:
    assert is_head(line) == head


@pytest.mark.parametrize(
    ("kind", "heads"),
    [
        ("verse", "Verse 1|VERSE|Strophe 2|Couplet|Estrofa|Куплет|Verse: spoken|2nd verse|Aメロ|主歌"),
        ("pre-chorus", "Pre-Chorus: softly|Pre Chorus|Prechorus 2|Pré-refrain|Pré-refrão|Предприпев"),
        ("chorus", "Chorus|Final Chorus x2|Refrain|Refrão|Estribillo|Ritornello|Припев|サビ|副歌|Hook"),
        ("bridge", "Bridge|Middle 8|Puente|Pont|Brücke|Ponte"),
        ("intro", "Intro|Long Intro|Вступление"),
        ("outro", "Outro|Coda|Fin|Ending"),
        ("break", "Guitar Solo|Interlude|Break|Instrumental|Post-Chorus"),
        ("other", "whispered|Diversion|Choral|Inversely|Finally|7"),
    ],
)
def test_heads_are_known_in_the_usual_languages(kind: str, heads: str) -> None:
    assert {head: kind_of(head) for head in heads.split("|")} == dict.fromkeys(heads.split("|"), kind)


def test_stanzas_that_come_back_are_the_chorus() -> None:
    text = "One\nTwo\n\nCome home!\n\n\nThree\n\ncome  home\n"
    assert missing_heads(text) == [(0, "[Verse 1]"), (3, "[Chorus]"), (6, "[Verse 2]"), (8, "[Chorus]")]
    assert missing_heads(f"[Bridge]\n{text}") == []
    assert missing_heads(" \n\n") == []


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet="a[]\n \u2028\r\0", max_size=60))
def test_the_sections_of_any_text_lie_one_behind_the_other(text: str) -> None:
    found, lines = sections(text), lines_of(text)
    assert [part.first for part in found[1:]] == [part.last + 1 for part in found[:-1]]
    assert not found or found[-1].last == len(lines) - 1
    assert not any(line.strip() for line in lines[: found[0].first if found else len(lines)])
