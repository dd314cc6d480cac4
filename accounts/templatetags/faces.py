"""A person's picture, drawn from the name: always the same for the same name."""

import hashlib
from typing import Any

from django import template

register = template.Library()

# White letters stand out well enough from each of them (4.5 : 1 and more), on light pages and on dark ones.
TONES = ("#a4471c", "#2f6690", "#2f6f60", "#8a4464", "#4d5a70", "#74601a", "#5f55a0", "#97413b")


@register.filter
def initials(name: Any) -> str:
    """Mara Member -> MM, Olga -> O."""
    words = [word for word in str(name or "").split() if word[0].isalnum()]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [word[0] for word in words]
    return "".join(letters).upper() or "?"


@register.filter
def picture_key(person: Any) -> str:
    """What changes with the picture that they chose, where the query brought it along; "" for none."""
    if key := getattr(person, "has_picture", ""):
        return str(key)[:8]
    picture = person._state.fields_cache.get("picture") if person else None
    return str(picture.sha256)[:8] if picture else ""


@register.filter
def tone(name: Any) -> str:
    return TONES[hashlib.sha256(str(name).encode()).digest()[0] % len(TONES)]
