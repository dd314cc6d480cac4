"""What changed between two texts, by line and by word."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from studio.text.matching import Budget, matches
from studio.text.sections import lines_of

TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
ALIKE = 0.4  # the part of the words that two lines share when one is a change of the other
LINES, WORDS, PAIRS = 60_000, 60_000, 4_000  # comparisons that one diff may spend on each
IN_PLACE = 600  # lines


class Piece(NamedTuple):
    """A part of a line."""

    text: str
    changed: bool


class Row(NamedTuple):
    """A line of the old text beside its line of the new one.

    `kind` is "same", "gone", "new" or "changed"; numbers count from 1 and are None on the side that has no
    such line, whose pieces are then empty.
    """

    kind: str
    old_number: int | None
    new_number: int | None
    old: tuple[Piece, ...]
    new: tuple[Piece, ...]


def diff(old: str, new: str) -> list[Row]:
    """The rows of both texts in order. Where they differ too much to compare, whole blocks are exchanged."""
    before, after = lines_of(old), lines_of(new)
    words, pairs = Budget(WORDS), Budget(PAIRS)
    rows: list[Row] = []
    i = j = 0
    for at, to, length in [*matches(before, after, Budget(LINES)), (len(before), len(after), 0)]:
        rows += _exchanged(before[i:at], after[j:to], i, j, words, pairs)
        rows += [_same(before[at + n], at + n, to + n) for n in range(length)]
        i, j = at + length, to + length
    return rows


def folded(rows: Sequence[Row], around: int = 3) -> list[Row | int]:
    """The changes with `around` equal rows on both sides; a number stands for so many rows left out."""
    changes = [index for index, row in enumerate(rows) if row.kind != "same"]
    near: set[int] = set()
    for index in changes:
        near.update(range(max(index - around, 0), min(index + around + 1, len(rows))))
    found: list[Row | int] = []
    hidden = 0
    for index, row in enumerate(rows):
        if index not in near:
            hidden += 1
            continue
        found += [hidden, row] if hidden else [row]
        hidden = 0
    return [*found, hidden] if hidden else found


def _same(line: str, old: int, new: int) -> Row:
    pieces = (Piece(line, False),)
    return Row("same", old + 1, new + 1, pieces, pieces)


def _exchanged(
    before: list[str], after: list[str], i: int, j: int, words: Budget, pairs: Budget
) -> list[Row]:
    """Rows of lines that are not equal: those alike stand side by side."""
    rows: list[Row] = []
    done_old = done_new = 0
    for at, to in [*_alike(before, after, pairs), (len(before), len(after))]:
        rows += [Row("gone", i + n + 1, None, (Piece(before[n], True),), ()) for n in range(done_old, at)]
        rows += [Row("new", None, j + n + 1, (), (Piece(after[n], True),)) for n in range(done_new, to)]
        if at < len(before) and to < len(after):
            old, new = _pieces(before[at], after[to], words)
            rows.append(Row("changed", i + at + 1, j + to + 1, old, new))
        done_old, done_new = at + 1, to + 1
    return rows


def _alike(before: list[str], after: list[str], pairs: Budget) -> list[tuple[int, int]]:
    """Pairs of lines that share words, in order on both sides: as much likeness as can be had."""
    if not before or not after:
        return []
    if not pairs.take(len(before) * len(after)):
        return _in_place(before, after) if len(before) == len(after) <= IN_PLACE else []
    old_bags, new_bags = [_bag(line) for line in before], [_bag(line) for line in after]
    best = [[0.0] * (len(after) + 1) for _ in range(len(before) + 1)]
    alike = [[_likeness(old, new) for new in new_bags] for old in old_bags]
    for i in range(len(before) - 1, -1, -1):
        for j in range(len(after) - 1, -1, -1):
            paired = alike[i][j] + best[i + 1][j + 1] if alike[i][j] >= ALIKE else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], paired)
    return _walk(best, alike)


def _in_place(before: list[str], after: list[str]) -> list[tuple[int, int]]:
    """Too many to compare each with each, but as many on both sides: the one with the same number."""
    both = zip(before, after, strict=True)
    return [(n, n) for n, (old, new) in enumerate(both) if _likeness(_bag(old), _bag(new)) >= ALIKE]


def _walk(best: list[list[float]], alike: list[list[float]]) -> list[tuple[int, int]]:
    found, i, j = [], 0, 0
    while i < len(alike) and j < len(alike[0]):
        if alike[i][j] >= ALIKE and best[i][j] == alike[i][j] + best[i + 1][j + 1]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found


def _bag(line: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", line[:1000].casefold()))


def _likeness(old: Counter[str], new: Counter[str]) -> float:
    total = old.total() + new.total()
    return 2 * (old & new).total() / total if total else 0.0


def _pieces(old: str, new: str, words: Budget) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    before, after = TOKEN.findall(old), TOKEN.findall(new)
    found = matches(before, after, words)
    kept_old = {at + n for at, _, length in found for n in range(length)}
    kept_new = {to + n for _, to, length in found for n in range(length)}
    return _joined(before, kept_old), _joined(after, kept_new)


def _joined(tokens: list[str], kept: set[int]) -> tuple[Piece, ...]:
    """Neighbours of one sort as one piece; a space between two changed words is changed with them."""
    marks = [index not in kept for index in range(len(tokens))]
    for index in range(1, len(tokens) - 1):
        if tokens[index].isspace() and marks[index - 1] and marks[index + 1]:
            marks[index] = True
    pieces: list[Piece] = []
    start = 0
    for index in range(1, len(tokens) + 1):
        if index == len(tokens) or marks[index] != marks[start]:
            pieces.append(Piece("".join(tokens[start:index]), marks[start]))
            start = index
    return tuple(pieces) if tokens else ()
