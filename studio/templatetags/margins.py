"""What stands in the margin of a text that is being written."""

from dataclasses import dataclass

from django import template

from studio.forms.sheets import LONGEST_TEXT
from studio.text.sections import missing_heads, sections
from studio.text.syllables import counts, uneven

register = template.Library()


@dataclass(frozen=True)
class Part:
    """A section as a chip: its lines counted from 0, its syllables, and its uneven lines counted from 1."""

    head: str
    first: int
    last: int
    syllables: int
    uneven: list[int]


@dataclass(frozen=True)
class Margin:
    """`counts` has a figure for every line; `missing` is (line, head) of a text without heads."""

    parts: list[Part]
    counts: list[int]
    uneven: list[int]
    missing: list[tuple[int, str]]


@register.filter
def measured(text: str | None, language: str = "") -> Margin:
    """Of a text that is longer than a sheet holds, what goes into one."""
    lines = (text or "").replace("\r\n", "\n")[:LONGEST_TEXT]
    each, odd = counts(lines, language), sorted(uneven(lines, language))
    parts = [
        Part(
            head=part.head,
            first=part.first,
            last=part.last,
            syllables=sum(each[part.first : part.last + 1]),
            uneven=[line + 1 for line in odd if part.first <= line <= part.last],
        )
        for part in sections(lines)
    ]
    return Margin(parts, each, odd, missing_heads(lines))
