"""The parts of a lyric that can be picked and exchanged."""

from collections.abc import Iterable
from dataclasses import dataclass

from studio.text.sections import is_head, lines_of, sections, stanzas


@dataclass(frozen=True)
class Part:
    """A section, or a stanza where there is no head: its name and its lines from the first to the last that
    holds something, counted from 1; `lines` are those lines with their numbers, without empty ones."""

    name: str
    first: int
    last: int
    lines: tuple[tuple[int, str], ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The lines without the head, which the name tells already."""
        return tuple(line for _, line in self.lines if not is_head(line))


def parts(text: str) -> list[Part]:
    """The parts in order. A head belongs to its section, and makes one even without words."""
    lines = lines_of(text)
    found: list[Part] = []
    for section in sections(text):
        whole = [(section.first, section.last)]
        spans = whole if section.head else _within(stanzas(text), *whole[0])
        found += [_part(lines, section.head, first, last) for first, last in spans]
    return found


def _within(spans: list[tuple[int, int]], first: int, last: int) -> list[tuple[int, int]]:
    return [span for span in spans if first <= span[0] <= last]


def _part(lines: list[str], head: str, first: int, last: int) -> Part:
    written = tuple((n + 1, lines[n].strip()) for n in range(first, last + 1) if lines[n].strip())
    begin, end = written[0][0], written[-1][0]
    return Part(head or named(begin, end), begin, end, written)


def named(first: int, last: int) -> str:
    """Lines counted from 1, as people say it."""
    return f"Line {first}" if first == last else f"Lines {first}–{last}"


def called(parts: Iterable[Part], first: int, last: int) -> str:
    """What the lines `first` to `last` are called: by their section when they are the whole of it."""
    whole = (part.name for part in parts if (part.first, part.last) == (first, last))
    return next(whole, named(first, last))


def taken(text: str, first: int, last: int) -> str:
    """The lines `first` to `last`, counted from 1."""
    return "\n".join(lines_of(text)[first - 1 : last])


def exchanged(text: str, first: int, last: int, instead: str) -> str:
    """The text with other lines in the place of `first` to `last`, counted from 1."""
    lines = lines_of(text)
    return "\n".join([*lines[: first - 1], *lines_of(instead), *lines[last:]])


def has_words(text: str) -> bool:
    """Whether anything in it is sung: heads alone are not."""
    return any(line.strip() and not is_head(line) for line in lines_of(text))
