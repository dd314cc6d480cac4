"""Files of timed lines: .lrc is read and written, .srt written."""

import re
from collections.abc import Sequence
from dataclasses import replace

from studio.text.matching import Budget, matches
from studio.text.sections import lines_of, sung
from studio.text.timed import Line, keys

CHARACTERS, STAMPS, LINE = 400_000, 5_000, 5_000  # at most: in a file that is read, and in one line of it
COMPARISONS = 60_000
LONGEST_S, LAST_S = 10.0, 4.0  # a line that nothing ends, and the last one
PAUSE_S = 1.0  # a silence that is worth a stamp of its own when a file is written
STAMP = re.compile(r"\[(\d{1,3}):(\d{1,2})(?:[.:](\d{1,3}))?\]")
WORD_STAMP = re.compile(r"<\d{1,3}:\d{1,2}(?:[.:]\d{1,3})?>")
OFFSET = re.compile(r"\s*\[offset:\s*([+-]?\d{1,7})\s*\]\s*", re.IGNORECASE)
TAG = re.compile(r"\s*\[(?:ar|al|ti|au|by|re|ve|la|id|length|offset|tool|lr|#)\s*:[^\]]*\]\s*", re.IGNORECASE)
TOO_LONG = "This file is too long for a song."


class Room:
    """How much of a file may still be read, where every stamp repeats the words of its line."""

    def __init__(self) -> None:
        self.stamps, self.characters = STAMPS, CHARACTERS

    def take(self, stamps: int, words: str) -> None:
        """Raises ValueError with a sentence for people where there is none left for so many."""
        self.stamps -= stamps
        self.characters -= stamps * len(words)
        if stamps and len(words) > LINE:
            raise ValueError(
                f"This file has a line of {len(words):,} characters; at most {LINE:,} have a time."
            )
        if self.stamps < 0:
            raise ValueError(f"This file has more than {STAMPS:,} times.")
        if self.characters < 0:
            raise ValueError(TOO_LONG)


def read_lrc(text: str, lyrics: str = "") -> list[Line]:
    """The lines of a .lrc file in the order of their times, each found again in the lyrics if it is there.

    Knows several stamps on a line, [offset:] in milliseconds and stamps of words, which are dropped. A line
    ends where the next one begins, at an empty stamp, or after ten seconds. Raises ValueError with a sentence
    for people.
    """
    if len(text) > CHARACTERS:
        raise ValueError(TOO_LONG)
    timed, shift = _stamped(text)
    if not timed:
        raise ValueError("This file has no times such as [00:12.30].")
    moments = sorted(((max(at - shift, 0.0), words) for at, words in timed), key=lambda pair: pair[0])
    return _found_in(lyrics, _ended(moments))


def stamps_of(line: str) -> tuple[list[float], str]:
    """The moments at the beginning of a line, in seconds, and what is left of it without stamps of words."""
    moments: list[float] = []
    bare, at = line.strip(), 0
    while found := STAMP.match(bare, at):
        fraction = float(f"0.{found[3]}") if found[3] else 0.0
        moments.append(60 * int(found[1]) + int(found[2]) + fraction)
        at = found.end()
    rest = bare[at:]
    return moments, " ".join(WORD_STAMP.sub(" ", rest).split()) if "<" in rest else rest.strip()


def _stamped(text: str) -> tuple[list[tuple[float, str]], float]:
    timed: list[tuple[float, str]] = []
    shift, room = 0.0, Room()
    for line in re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff")):
        if found := OFFSET.fullmatch(line):
            shift = int(found[1]) / 1000
            continue
        moments, words = stamps_of(line)
        room.take(len(moments), words)
        timed += [(moment, words) for moment in moments]
    return timed, shift


def _ended(moments: list[tuple[float, str]]) -> list[Line]:
    lines: list[Line] = []
    later: float | None = None  # the next moment after this one
    here: float | None = None
    for start, words in reversed(moments):
        if here is not None and here > start:
            later = here
        here = start
        if words:
            end = start + LAST_S if later is None else min(later, start + LONGEST_S)
            lines.append(Line(None, words, start, end))
    return lines[::-1]


def _found_in(lyrics: str, timed: list[Line]) -> list[Line]:
    written = [(n, " ".join(keys(sung(line)))) for n, line in enumerate(lines_of(lyrics))]
    written = [(n, key) for n, key in written if key]
    key_of = {text: " ".join(keys(text)) for text in {line.text for line in timed}}
    said = [key_of[line.text] for line in timed]
    pairs = matches([key for _, key in written], said, Budget(COMPARISONS))
    places = {to + n: written[at + n][0] for at, to, length in pairs for n in range(length) if said[to + n]}
    return [replace(line, line=places.get(n)) for n, line in enumerate(timed)]


def write_lrc(lines: Sequence[Line], title: str = "") -> str:
    """A .lrc file; an empty stamp marks where a line ends long before the next one begins."""
    rows = [f"[ti:{_plain(title).replace(']', ')')}]"] if title.strip() else []
    for n, line in enumerate(lines):
        rows.append(f"[{_lrc_clock(line.start)}]{_unstamped(line.text)}")
        if n + 1 == len(lines) or lines[n + 1].start - line.end > PAUSE_S:
            rows.append(f"[{_lrc_clock(line.end)}]")
    return "\n".join([*rows, ""])


def write_srt(lines: Sequence[Line]) -> str:
    """Subtitles, numbered from 1."""
    blocks = [
        f"{n}\n{_srt_clock(line.start)} --> {_srt_clock(line.end)}\n{_plain(line.text).replace('-->', '→')}\n"
        for n, line in enumerate((line for line in lines if _plain(line.text)), start=1)
    ]
    return "\n".join(blocks)


def _plain(text: str) -> str:
    """One line: whatever breaks lines somewhere is a space."""
    return " ".join(text.replace("\0", "").split())


def _unstamped(text: str) -> str:
    """Words that look like a stamp would be read as one."""
    line = _plain(text)
    return f" {line}" if STAMP.match(line) else line


def _lrc_clock(seconds: float) -> str:
    hundredths = round(100 * max(seconds, 0.0))
    return f"{hundredths // 6000:02d}:{hundredths // 100 % 60:02d}.{hundredths % 100:02d}"


def _srt_clock(seconds: float) -> str:
    whole, thousandths = divmod(round(1000 * max(seconds, 0.0)), 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d},{thousandths:03d}"
