"""A line of a song and when it is sung: what all sources of times have in common."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from studio.text import syllables
from studio.text.composed import composed

WORD = re.compile(r"[\u3005-\u30ff\u3400-\u9fff\uac00-\ud7a3]|[^\W_\u3005-\u30ff\u3400-\u9fff\uac00-\ud7a3]+")
BREATH = 1  # syllables of time between two lines


@dataclass(frozen=True)
class Line:
    """A line and the seconds from which and to which it is sung.

    `line` counts the lines of the lyrics from 0; None for one that is not among them.
    """

    line: int | None
    text: str
    start: float
    end: float


def keys(text: str) -> list[str]:
    """Words as they are compared: without capitals, apostrophes and signs."""
    plain = composed(text, "NFKC").casefold().replace("'", "").replace("’", "")
    return WORD.findall(plain)


def weight(line: str, language: str = "") -> int:
    """What a line takes of the time that several share."""
    return max(syllables.count(line, language), 1) + BREATH


def shared(
    lines: Sequence[str], members: Sequence[int], start: float, end: float, language: str = ""
) -> list[Line]:
    """The time from `start` to `end` divided among the members, indexes of `lines`, by their syllables."""
    weights = [weight(lines[index], language) for index in members]
    total = sum(weights)
    found, at = [], start
    for index, part in zip(members, weights, strict=True):
        until = at + (end - start) * part / total
        found.append(Line(index, lines[index].strip(), at, until))
        at = until
    return found


def in_order(lines: Sequence[Line]) -> list[Line]:
    """No line begins before the one above it has begun, and none goes on when the next one begins."""
    ordered: list[Line] = []
    for line in lines:
        start = max(line.start, ordered[-1].start) if ordered else line.start
        if ordered and ordered[-1].end > start:
            ordered[-1] = replace(ordered[-1], end=start)
        ordered.append(replace(line, start=start, end=max(line.end, start)))
    return ordered
