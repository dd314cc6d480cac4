"""Sections of one text beside those of another: which belong together, and how one is taken over."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from dataclasses import dataclass

from studio.text.sections import Section, lines_of, sections

OPENING = "Opening lines"  # what stands before any head
NONE = "-"  # no kind to go by


@dataclass(frozen=True)
class Pair:
    """A section of mine beside the one of theirs that it answers to; None where there is no such one.

    `index` is the section's place in their text, by which it can be taken.
    """

    name: str
    index: int | None
    mine: str | None
    theirs: str | None

    @property
    def differs(self) -> bool:
        return self.theirs is not None and self.mine != self.theirs


def pairs(mine: str, theirs: str) -> list[Pair]:
    """All sections of both texts, in the order of theirs; what only mine has stands where it stood."""
    my_sections, their_sections = sections(mine), sections(theirs)
    my_lines, their_lines = lines_of(mine), lines_of(theirs)
    match = _matches(my_sections, their_sections)
    names = _names(their_sections)
    taken = set(match.values())
    left = deque(number for number in range(len(my_sections)) if number not in taken)
    found = []
    for index, section in enumerate(their_sections):
        number = match.get(index)
        while number is not None and left and left[0] < number:
            found.append(_of_mine(my_sections[left.popleft()], my_lines))
        own = None if number is None else _text(my_sections[number], my_lines)
        found.append(Pair(names[index], index, own, _text(section, their_lines)))
    return found + [_of_mine(my_sections[each], my_lines) for each in left]


def name_of(theirs: str, index: int) -> str:
    """What their section is called: its head, with a number from the second of that name on.

    Raises IndexError.
    """
    return _names(sections(theirs))[index]


def with_section(mine: str, theirs: str, index: int) -> str:
    """My text with their section in the place of mine that answers to it, or added where theirs stands.

    Raises IndexError.
    """
    my_sections, their_sections = sections(mine), sections(theirs)
    my_lines = lines_of(mine)
    taken = _text(their_sections[index], lines_of(theirs)).split("\n")
    match = _matches(my_sections, their_sections)
    if index in match:
        first, end = _span(my_sections[match[index]], my_lines)
        return "\n".join([*my_lines[:first], *taken, *my_lines[end:]])
    at = _place(match, index, my_sections, my_lines)
    before, after = _trimmed(my_lines[:at]), _trimmed(my_lines[at:][::-1])[::-1]
    parts = ([*before, ""] if before else []), taken, (["", *after] if after else [])
    return "\n".join(line for part in parts for line in part)


def _place(match: dict[int, int], index: int, mine: tuple[Section, ...], lines: list[str]) -> int:
    """The line before which a new section goes: behind what stands before it in their text, else in front
    of what follows there, else at the end."""
    before = [match[each] for each in range(index) if each in match]
    if before:
        return _span(mine[before[-1]], lines)[1]
    after = [number for each, number in match.items() if each > index]
    return mine[min(after)].first if after else len(lines)


def _matches(mine: tuple[Section, ...], theirs: tuple[Section, ...]) -> dict[int, int]:
    """{place in theirs: place in mine}: first those of one head, then a bare [Verse] and a [Verse 1], in the
    order in which they stand. Two that both have a number are two different verses."""
    match: dict[int, int] = {}
    for key_of_theirs, key_of_mine in WAYS:
        taken = set(match.values())
        free: dict[str, deque[int]] = defaultdict(deque)
        for number, section in enumerate(mine):
            if number not in taken:
                free[key_of_mine(section)].append(number)
        for index, section in enumerate(theirs):
            key = key_of_theirs(section)
            if index not in match and key != NONE and free[key]:
                match[index] = free[key].popleft()
    return match


def _key(section: Section) -> str:
    return " ".join(section.head.casefold().split())


def _kind(section: Section) -> str:
    return section.kind if section.head and section.kind != "other" else NONE


def _kind_of_bare(section: Section) -> str:
    return NONE if re.search(r"\d", section.head) else _kind(section)


def _kind_of_numbered(section: Section) -> str:
    return _kind(section) if re.search(r"\d", section.head) else NONE


# How a section of theirs is looked for among mine, one way after the other.
WAYS = ((_key, _key), (_kind_of_numbered, _kind_of_bare), (_kind_of_bare, _kind))


def _names(all_of_them: tuple[Section, ...]) -> list[str]:
    names = []
    seen: dict[str, int] = {}
    for section in all_of_them:
        seen[_key(section)] = count = seen.get(_key(section), 0) + 1
        name = section.head or OPENING
        names.append(f"{name} ({count})" if count > 1 else name)
    return names


def _span(section: Section, lines: list[str]) -> tuple[int, int]:
    """Its first line, and the line after its last one that is not empty."""
    end = section.last + 1
    while end > section.first + 1 and not lines[end - 1].strip():
        end -= 1
    return section.first, end


def _text(section: Section, lines: list[str]) -> str:
    first, end = _span(section, lines)
    return "\n".join(lines[first:end])


def _of_mine(section: Section, lines: list[str]) -> Pair:
    return Pair(section.head or OPENING, None, _text(section, lines), None)


def _trimmed(lines: list[str]) -> list[str]:
    """Without empty lines at the end."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return lines[:end]
