"""Lyrics out of a file: plain text in any usual encoding, or .lrc without its times."""

import codecs
import re

from studio.text.lrc import TAG, Room, stamps_of

BYTES = 1_000_000
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
BESIDE = re.compile(rb"[\x80-\xff]{2,}")  # Latin texts have their accents one by one
KANA, HANGUL, HAN = (
    re.compile("[\u3041-\u30ff]"),
    re.compile("[\uac00-\ud7a3]"),
    re.compile("[\u4e00-\u9fff]"),
)
# How much of what is not ASCII these letters are. Korean bytes make sense in Chinese too, so it comes first.
EASTERN = (("cp932", KANA, 0.4), ("euc_kr", HANGUL, 0.85), ("gb18030", HAN, 0.5), ("big5", HAN, 0.5))
TITLE = re.compile(r"^[ \t]*\[ti:([^\]\n]*)\]", re.IGNORECASE | re.MULTILINE)
UNREADABLE = "This file can't be read as text. Save it as UTF-8 and try again."


def read(content: bytes, name: str) -> str:
    """The text with line feeds only; of a .lrc file without stamps and tags, in the order of its times.

    Raises ValueError with a sentence for people.
    """
    ending = name.lower().rpartition(".")[2]
    if ending not in ("txt", "lrc"):
        raise ValueError("Choose a .txt or .lrc file.")
    if len(content) > BYTES:
        raise ValueError("This file is larger than a megabyte. Lyrics are much shorter.")
    text = re.sub(r"\r\n?", "\n", _decoded(content))
    if "\0" in text:
        raise ValueError(UNREADABLE)
    return _without_times(text) if ending == "lrc" else text


def titled(content: bytes, name: str) -> str:
    """What the tag [ti:...] of a .lrc file says; "" where there is none. Raises what `read` raises."""
    found = TITLE.search(_decoded(content).replace("\r", "\n")) if name.lower().endswith(".lrc") else None
    return found[1].strip() if found else ""


def _decoded(content: bytes) -> str:
    try:
        for mark, encoding in MARKS:
            if content.startswith(mark):
                return content.decode(encoding)
        if b"\0" in content:
            return content.decode(
                "utf-16-be" if content[::2].count(0) > content[1::2].count(0) else "utf-16-le"
            )
    except UnicodeDecodeError:
        raise ValueError(UNREADABLE) from None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return _guessed(content)


def _guessed(content: bytes) -> str:
    """The encodings of before: which letters stand out tells which it is."""
    high = sum(byte > 127 for byte in content)
    if sum(map(len, BESIDE.findall(content))) < high / 2:
        return content.decode("cp1252", errors="replace")
    for encoding, letter, share in EASTERN:
        text = _strictly(content, encoding)
        written = [char for char in text if char > "\x7f"]
        if written and len(letter.findall(text)) > share * len(written):
            return text
    return content.decode("cp1251", errors="replace")


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return ""


def _without_times(text: str) -> str:
    """Lines without a stamp, such as heads, stay before the timed line they stood before."""
    timed: list[tuple[float, str]] = []
    waiting: list[str] = []
    at, room = 0.0, Room()
    for line in text.split("\n"):
        if TAG.fullmatch(line):
            continue
        moments, words = stamps_of(line)
        room.take(len(moments), words)
        if not moments:
            waiting.append(words)
            continue
        at = moments[0]
        timed += [(at, each) for each in waiting]
        timed += [(moment, words) for moment in moments]
        waiting = []
    timed += [(float("inf"), each) for each in waiting]
    return "\n".join(words for _, words in sorted(timed, key=lambda pair: pair[0])).strip("\n")
