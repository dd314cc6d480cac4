"""The lyrics of a song of which a part was replaced."""

from collections.abc import Iterable
from typing import Any


def spliced(lyrics: str, words: Iterable[list[Any]], span: tuple[float, float], new: str) -> str:
    """`lyrics` with `new` in place of the lines that begin within `span`, in seconds.

    `words` are [text, start, end] as they are sung. A line that is sung again later counts the first time.
    Lines that bring a heading along take the place of their old headings too.
    """
    lines = lyrics.splitlines()
    times = _line_times(lines, words)
    gone = [number for number, time in times.items() if span[0] <= time < span[1]]
    if gone and _is_heading(new.lstrip().split("\n")[0]):
        gone += _headings_of(gone, lines)
    later = [number for number, time in times.items() if time >= span[1]]
    place = min([*gone, *later, len(lines)])
    kept = [line for number, line in enumerate(lines) if number >= place and number not in gone]
    return "\n".join([*lines[:place], *new.splitlines(), *kept])


def _is_heading(line: str) -> bool:
    return line.startswith("[") and line.rstrip().endswith("]")


def _headings_of(gone: list[int], lines: list[str]) -> list[int]:
    """The heading right above these lines, and those between them."""
    above = [number for number in range(min(gone)) if lines[number].strip()][-1:]
    return [number for number in [*above, *range(min(gone), max(gone))] if _is_heading(lines[number])]


def _line_times(lines: list[str], words: Iterable[list[Any]]) -> dict[int, float]:
    """When each line begins, by its number; headings have no time. Finds the words in the text one by one."""
    times: dict[int, float] = {}
    number, column = 0, 0
    for text, start, _ in words:
        found = _find(text, lines, number, column)
        if found:  # else it is sung again, or not written like that
            number, column = found
            times.setdefault(number, start)
    return times


def _find(text: str, lines: list[str], first: int, column: int) -> tuple[int, int] | None:
    """Line and column behind the next place of a word, from a place on."""
    for number in range(first, len(lines)):
        at = lines[number].find(text, column if number == first else 0)
        if at >= 0 and not lines[number].startswith("["):
            return number, at + len(text)
    return None
