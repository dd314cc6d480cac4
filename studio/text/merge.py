"""Two texts that grew out of one, put together line by line."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from studio.text.matching import Budget, matches
from studio.text.sections import lines_of

LINES = 60_000  # comparisons that each of the two diffs may spend


class Chunk(NamedTuple):
    """A stretch of the merged text, as lines of each of the three.

    `kind` says who changed it: "same" (nobody, or both in the same way: then `base` may differ), "mine",
    "theirs", or "clash" where both did and differ.
    """

    kind: str
    base: tuple[str, ...]
    mine: tuple[str, ...]
    theirs: tuple[str, ...]


class _Change(NamedTuple):
    """Lines of the base that one side exchanged for `lines`; ends are exclusive, from 0."""

    first: int
    end: int
    lines: tuple[str, ...]


def merge(base: str, mine: str, theirs: str) -> list[Chunk]:
    """The stretches in order. Changes of neighbouring lines don't clash; those of one line, or both put in
    at one place, do."""
    lines = tuple(lines_of(base))
    left, right = _changes(lines, lines_of(mine)), _changes(lines, lines_of(theirs))
    chunks: list[Chunk] = []
    at = 0
    while left or right:
        first, end, ours, other = _next(left, right)
        if at < first:
            chunks.append(Chunk("same", *[lines[at:first]] * 3))
        chunks.append(_chunk(lines, first, end, ours, other))
        at = end
    if at < len(lines):
        chunks.append(Chunk("same", *[lines[at:]] * 3))
    return chunks


def joined(chunks: Sequence[Chunk], choices: Mapping[int, str] | None = None) -> str:
    """The text. `choices`: index of a clash among the chunks -> "mine", "theirs" or "both".

    A clash without a choice keeps both: first mine, then theirs.
    """
    lines: list[str] = []
    for index, chunk in enumerate(chunks):
        choice = (choices or {}).get(index, "both") if chunk.kind == "clash" else chunk.kind
        if choice != "theirs":
            lines += chunk.mine
        if choice in ("theirs", "both") or choice not in ("same", "mine", "theirs", "both"):
            lines += chunk.theirs
    return "\n".join(lines)


def _changes(base: Sequence[str], text: Sequence[str]) -> list[_Change]:
    """Last one first: they are taken from the end of the list."""
    found: list[_Change] = []
    i = j = 0
    for at, to, length in [*matches(base, text, Budget(LINES)), (len(base), len(text), 0)]:
        if (i, j) != (at, to):
            found.append(_Change(i, at, tuple(text[j:to])))
        i, j = at + length, to + length
    return found[::-1]


def _next(left: list[_Change], right: list[_Change]) -> tuple[int, int, list[_Change], list[_Change]]:
    """Take the next change off both lists, with all that overlap it: where they begin and end, and they."""
    taken: tuple[list[_Change], list[_Change]] = ([], [])
    first = end = -1
    while True:
        sides = [(side[-1], n) for n, side in enumerate((left, right)) if side]
        if not sides:
            break
        change, n = min(sides, key=lambda pair: pair[0][:2])
        if first >= 0 and not _overlap(first, end, change):
            break
        (left, right)[n].pop()
        taken[n].append(change)
        first, end = (first if first >= 0 else change.first), max(end, change.end)
    return first, end, *taken


def _overlap(first: int, end: int, change: _Change) -> bool:
    """Whether it shares a line, or is put in where something else was put in too."""
    return change.first < end or (first == end == change.first == change.end)


def _chunk(base: tuple[str, ...], first: int, end: int, ours: list[_Change], other: list[_Change]) -> Chunk:
    mine, theirs = _applied(base, first, end, ours), _applied(base, first, end, other)
    kind = "same" if mine == theirs else "clash"
    if not other or not ours:
        kind = "mine" if ours else "theirs"
    return Chunk(kind, base[first:end], mine, theirs)


def _applied(base: tuple[str, ...], first: int, end: int, changes: list[_Change]) -> tuple[str, ...]:
    lines: list[str] = []
    at = first
    for change in changes:
        lines += [*base[at : change.first], *change.lines]
        at = change.end
    return (*lines, *base[at:end])
