"""Reads a listing of stems, whatever its shape: nobody has written it down (upstream.md 9)."""

from __future__ import annotations

from typing import Any

from studio.music_api import values

MAX_STEMS = 24
MAX_DEPTH = 5
NAMING = ("stem", "name", "title", "label", "type")  # what tells which stem it is, the best first
PLAIN = ("url", "audio_url", "download_url", "file", "href", "link", "src")  # names that say nothing
NO_SOUND = ("image", "cover", "picture", "page", "share", "webhook", "midi")


def stems_of(body: bytes) -> tuple[tuple[str, str], ...]:
    """Name and address of each stem, no name twice; empty when there is none that we can read.

    Taken are {"drums": "https://..."}, {"drums": {"url": ...}}, {"name": "drums", "url": ...} and bare
    addresses, at any depth up to MAX_DEPTH.
    """
    found: dict[str, str] = {}
    _collect(values.json_object(body) or values.json_list(body), "", found, 0)
    return tuple(found.items())[:MAX_STEMS]


def _collect(value: Any, name: str, found: dict[str, str], depth: int) -> None:
    """`name` is what the place of the value says about it."""
    if address := values.url(value):
        _add(found, name, address)
    elif depth > MAX_DEPTH:
        return
    elif isinstance(value, list):
        for entry in value:
            _collect(entry, name, found, depth + 1)
    elif isinstance(value, dict):
        own = _own_name(value) or name
        for key, part in value.items():
            if not key.lower().startswith(NO_SOUND):
                _collect(part, own if key in PLAIN else key, found, depth + 1)


def _own_name(entry: dict[str, Any]) -> str:
    """What an entry calls itself; "audio/wav" is no name."""
    names = (values.text(entry.get(key), 40) for key in NAMING)
    return next((name for name in names if name and "/" not in name and not values.url(name)), "")


def _add(found: dict[str, str], name: str, address: str) -> None:
    """Two of one name are told apart by a number; one address is one stem."""
    if address in found.values():
        return
    name = values.clean_text(name, 40).strip() or "stem"
    names = (name, *(f"{name} {number}" for number in range(2, MAX_STEMS + 2)))
    free = next((each for each in names if each not in found), None)
    if free:
        found[free] = address
