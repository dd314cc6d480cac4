"""How a lyric sheet is shown where there is room for a line or two."""

from collections.abc import Iterable
from typing import Any

from django import template

from studio.forms.sheets import LANGUAGES
from studio.text.parts import Part, called
from studio.text.sections import is_head

register = template.Library()


@register.filter
def opening(text: str, count: int = 2) -> list[str]:
    """The first sung lines: section heads such as [Verse] are none."""
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("[")][:count]


@register.filter
def sung(lines: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    """Numbered lines without the heads."""
    return [(number, line) for number, line in lines if not is_head(line)]


@register.filter
def first_sung(parts: list[Part]) -> Part | None:
    """The first part that is more than a head."""
    return next((part for part in parts if part.words), None)


@register.filter
def name_among(picked: Any, parts: list[Part]) -> str:
    """What the picked lines are called, by their section when they are the whole of it."""
    return called(parts, picked.first, picked.last)


@register.filter
def language_name(tag: str) -> str:
    """ "pt-BR" -> "Portuguese (Brazil)"; a tag that nobody offered stays as it is."""
    return LANGUAGES.get(tag, tag)
