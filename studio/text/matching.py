"""What two sequences have in common, in order; never slower than their length allows."""

from collections import Counter
from collections.abc import Sequence

DEPTH = 12  # how often a gap is looked at anew between the anchors that were found in it

Match = tuple[int, int, int]  # (index in old, index in new, how many items)


class Budget:
    """Comparisons that may still be made: what is dear is left out once they are spent."""

    def __init__(self, comparisons: int) -> None:
        self.left = comparisons

    def take(self, comparisons: int) -> bool:
        """Whether there was enough left for so many."""
        if comparisons > self.left:
            return False
        self.left -= comparisons
        return True


def matches(old: Sequence[str], new: Sequence[str], budget: Budget) -> list[Match]:
    """Runs of equal items, in order on both sides and as long as they go.

    What both begin and end with is found first, then what each has once, then the longest common
    subsequence of what is left between; a gap too large for the budget has nothing in common.
    """
    pairs: list[tuple[int, int]] = []
    _between(old, new, (0, len(old), 0, len(new)), budget, DEPTH, pairs)
    return _runs(sorted(pairs))


def _runs(pairs: list[tuple[int, int]]) -> list[Match]:
    found: list[Match] = []
    for at, to in pairs:
        if found and (found[-1][0] + found[-1][2], found[-1][1] + found[-1][2]) == (at, to):
            found[-1] = (*found[-1][:2], found[-1][2] + 1)
        else:
            found.append((at, to, 1))
    return found


def _between(
    old: Sequence[str],
    new: Sequence[str],
    gap: tuple[int, int, int, int],
    budget: Budget,
    depth: int,
    pairs: list[tuple[int, int]],
) -> None:
    i, i_end, j, j_end = gap
    while i < i_end and j < j_end and old[i] == new[j]:
        pairs.append((i, j))
        i, j = i + 1, j + 1
    while i < i_end and j < j_end and old[i_end - 1] == new[j_end - 1]:
        i_end, j_end = i_end - 1, j_end - 1
        pairs.append((i_end, j_end))
    if i == i_end or j == j_end:
        return
    anchors = _anchors(old, new, (i, i_end, j, j_end)) if depth else []
    if not anchors:
        if budget.take((i_end - i) * (j_end - j)):
            pairs += [(i + at, j + to) for at, to in _longest(old[i:i_end], new[j:j_end])]
        return
    pairs += anchors
    for at, to in [*anchors, (i_end, j_end)]:
        _between(old, new, (i, at, j, to), budget, depth - 1, pairs)
        i, j = at + 1, to + 1


def _anchors(old: Sequence[str], new: Sequence[str], gap: tuple[int, int, int, int]) -> list[tuple[int, int]]:
    """Items that both sides of the gap have once: the longest series that rises on both."""
    i, i_end, j, j_end = gap
    once_old, once_new = Counter(old[i:i_end]), Counter(new[j:j_end])
    place = {item: j + n for n, item in enumerate(new[j:j_end]) if once_new[item] == 1}
    found = [
        (i + n, place[item]) for n, item in enumerate(old[i:i_end]) if once_old[item] == 1 and item in place
    ]
    return _rising(found)


def _rising(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of pairs sorted by the first that rises in the second too."""
    ends: list[int] = []  # index of the pair that ends the best series of each length
    before: list[int] = []
    for index, (_, value) in enumerate(found):
        low, high = 0, len(ends)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if found[ends[middle]][1] < value else (low, middle)
        before.append(ends[low - 1] if low else -1)
        ends[low : low + 1] = [index]
    series, at = [], ends[-1] if ends else -1
    while at >= 0:
        series.append(found[at])
        at = before[at]
    return series[::-1]


def _longest(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """The common subsequence that weighs most: an empty line is worth less than a written one."""
    best = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    weights = [3 if item.strip() else 1 for item in old]
    for i in range(len(old) - 1, -1, -1):
        row, below, item, weight = best[i], best[i + 1], old[i], weights[i]
        for j in range(len(new) - 1, -1, -1):
            if item == new[j]:
                row[j] = below[j + 1] + weight
            else:
                row[j] = below[j] if below[j] >= row[j + 1] else row[j + 1]
    found, i, j = [], 0, 0
    while i < len(old) and j < len(new):
        if old[i] == new[j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1
    return found
