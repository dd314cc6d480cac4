"""How a lyric sheet is shown where there is room for a line or two."""

from django import template

register = template.Library()


@register.filter
def opening(text: str, count: int = 2) -> list[str]:
    """The first sung lines: section heads such as [Verse] are none."""
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("[")][:count]
