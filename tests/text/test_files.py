"""Lyrics out of files of any usual encoding."""

import pytest

from studio.text.files import read, titled

TEXTS = {
    "utf-8": "Straße — 🎸 مرحبا\u2028x",
    "utf-8-sig": "Straße",
    "utf-16": "Straße 日本",
    "utf-16-le": "plain words",
    "utf-32": "日本",
    "cp1252": "Ça va “déjà” à l’été, señor",
    "cp1251": "Миллион алых роз\nиз окна видишь ты",
    "cp932": "きょうはカラオケの夜\n星が見える",
    "euc_kr": "사랑해요 그대를\n영원히",
    "gb18030": "月亮代表我的心\n你问我爱你有多深",
}


@pytest.mark.parametrize("encoding", TEXTS)
def test_usual_encodings_are_known(encoding: str) -> None:
    text = f"{TEXTS[encoding]}\r\nla\rla"
    assert read(text.encode(encoding), "Song.TXT") == text.replace("\r\n", "\n").replace("\r", "\n")


def test_times_and_tags_of_a_lrc_file_are_left_out() -> None:
    lrc = (
        "[ar:Mara]\n[Verse]\n[00:01.00]One\n[00:05.0][00:09.00]Again\n[00:07.00]<00:07.1>Two\n[00:06.00]\nEnd"
    )
    assert read(lrc.encode(), "song.lrc") == "[Verse]\nOne\nAgain\n\nTwo\nAgain\nEnd"
    assert read(b"[00:01.00]One", "song.txt") == "[00:01.00]One"


@pytest.mark.parametrize(
    ("lrc", "title"),
    [("[ar:M]\r\n [TI: Bläue ]\r\n[00:01.00]One", "Bläue"), ("[ti:]\nOne", ""), ("One [ti:x]", "")],
)
def test_the_title_that_a_lrc_file_tells(lrc: str, title: str) -> None:
    assert titled(lrc.encode("utf-16"), "song.LRC") == title
    assert titled(lrc.encode(), "song.txt") == ""


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"x", "song.mp3", "txt or .lrc"),
        (b"x", "song", "txt or .lrc"),
        (b"x" * 1_000_001, "song.txt", "larger"),
        (b"\x89PNG\0\0\0\x01", "song.txt", "read as text"),
        (b"\xff\xfea", "song.txt", "read as text"),
        (b"a\0b", "song.txt", "read as text"),
        (b"[0:01]" * 1_000 + b"la " * 1_000, "song.lrc", "too long for a song"),
        (b"[0:01]la\n" * 5_001, "song.lrc", "more than 5,000 times"),
    ],
)
def test_what_is_no_text_is_refused_in_words(content: bytes, name: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read(content, name)
