"""Lyrics beside the times of their lines: as a page shows them, and as people write the times down."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from studio.text.lrc import read_lrc, stamps_of
from studio.text.matching import Budget, matches
from studio.text.sections import is_head, lines_of
from studio.text.timed import Line

Span = tuple[float, float]
COMPARISONS = 60_000
MOST_WORDS = 40  # of a line that is looked for anew


@dataclass(frozen=True)
class Sung:
    """One line, and from when to when it is sung, in seconds: never, once, or each time it comes back."""

    text: str
    spans: tuple[Span, ...] = ()


def along(lyrics: str, times: Iterable[Line]) -> list[Sung]:
    """Every line of the lyrics, with those that are sung but not written in their places.

    A written line that comes back later, as a chorus does, stays one line with several spans.
    """
    texts = _texts(lyrics)
    homes = {_bare(text): number for number, text in reversed(list(enumerate(texts))) if not is_head(text)}
    homes.pop("", None)
    spans: list[list[Span]] = [[] for _ in texts]
    strays = []
    for time in times:
        home = _line(time, texts) if time.line is not None else homes.get(_bare(time.text))
        if home is None:
            strays.append(_alone(time))
        else:
            spans[home].append((time.start, time.end))
    rows = [Sung(text, tuple(sorted(own))) for text, own in zip(texts, spans, strict=True)]
    return list(_mixed(rows, strays))


def written(lyrics: str, times: Iterable[Line]) -> str:
    """The same as text: "[01:02.50] the line" where a time is known, and every other line as it is."""
    texts = _texts(lyrics)
    firsts: dict[int, Span] = {}
    strays = []
    for time in times:
        home = _line(time, texts)
        if home is None or home in firsts:
            strays.append(_alone(time))
        else:
            firsts[home] = (time.start, time.end)
    own = [Sung(text, (firsts[number],) if number in firsts else ()) for number, text in enumerate(texts)]
    rows = _mixed(own, strays)
    return "\n".join(f"{stamp(row.spans[0][0])} {row.text}" if row.spans else row.text for row in rows)


def again(lyrics: str, words: Iterable[tuple[str, float, float]], after: float) -> list[Line]:
    """Lines of the lyrics that come back, word for word, in what is sung from the moment `after` on.

    `words` are (word, start, end) in seconds; the lines count as not among the lyrics, which have them once.
    """
    keys: dict[tuple[str, ...], str] = {}
    for text in _texts(lyrics):
        key = tuple(_bare(text).split())
        if 0 < len(key) <= MOST_WORDS and not is_head(text):
            keys.setdefault(key, text.strip())
    heard = [(key, start, end) for word, start, end in words if start >= after for key in _bare(word).split()]
    lengths = sorted({len(key) for key in keys}, reverse=True)
    found, at = [], 0
    while at < len(heard):
        ahead = tuple(key for key, _, _ in heard[at : at + MOST_WORDS])
        part = next((ahead[:n] for n in lengths if ahead[:n] in keys), ())
        if part:
            found.append(Line(None, keys[part], heard[at][1], heard[at + len(part) - 1][2]))
        at += len(part) or 1
    return found


def read(text: str, lyrics: str) -> list[Line]:
    """What `written` gave, with times that people put into it. Raises ValueError with a sentence for them.

    Of two lines with the same words each keeps its own time, also while the other has none.
    """
    rows = [stamps_of(row) for row in text.split("\n")]
    written = [line.strip() for line in _texts(lyrics)]
    pairs = matches(written, [words for _, words in rows], Budget(COMPARISONS))
    homes = {
        (max(moment, 0.0), rows[to + n][1]): at + n
        for at, to, length in pairs
        for n in range(length)
        for moment in rows[to + n][0][:1]
    }
    lines = read_lrc(text, lyrics)
    own = [homes.get((line.start, line.text)) for line in lines]
    taken = {home for home in own if home is not None}
    return [
        replace(line, line=home if home is not None or line.line in taken else line.line)
        for line, home in zip(lines, own, strict=True)
    ]


def stamp(seconds: float) -> str:
    """62.5 -> "[01:02.50]"."""
    minutes, hundredths = divmod(round(100 * seconds), 6000)
    return f"[{minutes:02d}:{hundredths // 100:02d}.{hundredths % 100:02d}]"


def _texts(lyrics: str) -> list[str]:
    return lines_of(lyrics) if lyrics else []


def _line(time: Line, texts: Sequence[str]) -> int | None:
    return time.line if time.line is not None and time.line < len(texts) else None


def _alone(time: Line) -> Sung:
    return Sung(time.text, ((time.start, time.end),))


def _mixed(rows: Iterable[Sung], strays: Iterable[Sung]) -> Iterator[Sung]:
    """Each stray before the first row that begins later."""
    waiting = sorted(strays, key=lambda row: row.spans)
    for row in rows:
        while waiting and row.spans and waiting[0].spans < row.spans:
            yield waiting.pop(0)
        yield row
    yield from waiting


def _bare(text: str) -> str:
    """What is alike in two ways of writing the same words."""
    return " ".join(re.findall(r"\w+", text.casefold()))
