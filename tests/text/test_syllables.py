"""Syllables: English against words divided by a dictionary, and what other scripts have."""

import time

import pytest

from studio.text import syllables
from tests.text.words_300 import DIVIDED


def test_common_english_words_have_the_syllables_of_the_dictionary() -> None:
    divided = DIVIDED.split()
    assert len(set(divided)) == 300
    wrong = {word for word in divided if syllables.count(word.replace("-", ""), "en") != word.count("-") + 1}
    right = len(divided) - len(wrong)
    print(f"\nsyllables: {right} of {len(divided)}, {right / len(divided):.1%} right; not {sorted(wrong)}")
    assert right / len(divided) >= 0.95


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("I've been walkin' down this road", 7),
        ("We were goin' nowhere, tryin' to be", 10),
        ("O'er the hills I haven't, didn't, wouldn't", 10),
        ("It'll be what you would've said", 8),
        ("Oh-oh (ooh, baby)", 5),
        ("[whispered] come home", 2),
        ("[Chorus]", 0),
        ("", 0),
        ("♪ … — 🎸👩‍👩‍👧", 0),
        ("In 1984 we were 17", 11),
        ("Call 0800", 8),
        ("naïve café", 4),
        ("<script>alert</script>", 4),
        ("hmm", 1),
    ],
)
def test_a_line_counts_what_is_sung(line: str, count: int) -> None:
    assert syllables.count(line) == count


@pytest.mark.parametrize(
    ("language", "line", "count"),
    [
        ("de", "Über sieben Brücken musst du gehn", 9),
        ("de", "neue Träume, Familie und Häuser", 10),
        ("es", "Qué día, la ciudad tiene miedo y guitarra", 14),
        ("pt-BR", "O coração não quer mais canções", 9),
        ("it", "Il mio cuore è più tuo, amore", 12),
        ("fr", "La vie en rose, je t'aime aujourd'hui", 9),
        ("fr", "l'été créé, une journée", 7),
        ("ru", "Миллион алых роз в ночи", 8),
        ("bg", "ъгъл", 2),
        ("el", "Και μου είπες αϋπνία", 8),
        ("ja", "きょうはラーメンを たべた", 11),
        ("ja", "東京の夜", 4),
        ("ko", "사랑해요", 4),
        ("zh", "月亮代表我的心", 7),
        ("hi", "नमस्ते", 3),
        ("ar", "حبيبي", 3),
        ("he", "שָׁלוֹם", 2),
        ("th", "ความรัก", 3),
        ("cs", "k domu z lesa", 4),
    ],
)
def test_other_languages_follow_their_own_rule(language: str, line: str, count: int) -> None:
    assert syllables.count(line, language) == count


def test_only_a_line_that_no_other_resembles_is_uneven() -> None:
    alternating = "la la la la la la la la\nla la la la la la\nla la la la la la la la\nla la la la la la"
    assert syllables.uneven(alternating) == set()
    assert syllables.uneven(f"[Verse]\n{alternating}\nla\n\nla\nla la la la la") == {5}


def test_the_longest_texts_are_counted_at_once() -> None:
    texts = ["wonderful\n" * 2_000, "a\n" * 10_000, "a" * 200_000, "7" * 200_000, "'" * 20_000, "[" * 20_000]
    started = time.process_time()
    for text in texts:
        syllables.uneven(text)
    assert time.process_time() - started < 2.0
