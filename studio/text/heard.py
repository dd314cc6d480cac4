"""The times of lines from the times of the words that were heard in a song."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import groupby

from studio.text.matching import Budget, matches
from studio.text.sections import DIRECTION, lines_of, sung
from studio.text.timed import Line, in_order, keys, shared, weight

COMPARISONS = 200_000
FEWEST = 0.25  # of the sung lines must be heard, else the words are another song's
PAUSE_S, LINE_WORDS = 0.8, 10  # where a line ends when there are words and no lyrics

Word = tuple[str, float, float]
Spans = dict[int, tuple[float, float]]


def from_words(lyrics: str, words: Sequence[Word]) -> list[Line]:
    """The lines of the lyrics by the times of `words`: (word, start, end), in seconds.

    Capitals and signs don't matter, and words may be missing or too many. A line that was not heard gets a
    part of the gap it stands in. Empty when less than a quarter of the lines was heard. Without lyrics the
    words themselves make lines, which end at pauses.
    """
    usable = sorted(_usable(words), key=lambda word: word[1])
    lines = lines_of(lyrics)
    singable = [(index, key) for index, line in enumerate(lines) for key in keys(sung(line))]
    if not singable:
        return _by_pauses(usable)
    spans = _spans(singable, [part for word in usable for part in _parts(word)])
    wanted = sorted({index for index, _ in singable})
    return _filled(lines, wanted, spans) if len(spans) >= FEWEST * len(wanted) else []


def _usable(words: Iterable[Word]) -> list[Word]:
    return [
        (DIRECTION.sub(" ", word), start, max(end, start))
        for word, start, end in words
        if math.isfinite(start) and math.isfinite(end) and start >= 0
    ]


def _parts(word: Word) -> list[Word]:
    """One that is several words, as so many pieces of the same length."""
    text, start, end = word
    found = keys(text)
    each = (end - start) / max(len(found), 1)
    return [(key, start + n * each, start + (n + 1) * each) for n, key in enumerate(found)]


def _spans(singable: list[tuple[int, str]], heard: list[Word]) -> Spans:
    """First and last moment of each line of which a word was heard."""
    spans: Spans = {}
    written, said = [key for _, key in singable], [key for key, _, _ in heard]
    for at, to, length in matches(written, said, Budget(COMPARISONS)):
        for n in range(length):
            index, (_, start, end) = singable[at + n][0], heard[to + n]
            first, last = spans.get(index, (start, end))
            spans[index] = (min(first, start), max(last, end))
    return spans


def _filled(lines: list[str], wanted: list[int], spans: Spans) -> list[Line]:
    """Times for all wanted lines: those without any share the gap between their neighbours."""
    known_lines = sorted(spans)
    pace = sum(end - start for start, end in spans.values()) / sum(weight(lines[n]) for n in spans)
    found: list[Line] = []
    for known, group in groupby(wanted, key=lambda index: index in spans):
        members = list(group)
        if known:
            found += [Line(index, lines[index].strip(), *spans[index]) for index in members]
            continue
        need = pace * sum(weight(lines[index]) for index in members)
        place = bisect_right(known_lines, members[-1])
        after = spans[known_lines[place]][0] if place < len(known_lines) else math.inf
        begin = found[-1].end if found else max(after - need, 0.0)
        found += shared(lines, members, begin, max(min(begin + need, after), begin))
    return in_order(found)


def _by_pauses(words: list[Word]) -> list[Line]:
    groups: list[list[Word]] = []
    for word in words:
        if not word[0].strip():
            continue
        full = not groups or len(groups[-1]) >= LINE_WORDS
        if full or word[1] - groups[-1][-1][2] > PAUSE_S:
            groups.append([])
        groups[-1].append(word)
    texts = [" ".join(word.strip() for word, _, _ in group) for group in groups]
    return in_order(
        [Line(None, text, group[0][1], group[-1][2]) for text, group in zip(texts, groups, strict=True)]
    )
