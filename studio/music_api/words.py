"""Reads when each word of a song is sung, for the providers that say it (upstream.md 5.1, 6)."""

from __future__ import annotations

from typing import Any

from studio.music_api import values

MAX_WORDS = 5_000
MAX_LENGTH = 80  # characters of one word
LATEST = 36_000.0  # seconds
Word = tuple[str, float, float]


def words_of(value: object) -> tuple[Word, ...]:
    """Each word with its start and end in seconds, as they come; what is no such word is left out.

    `value` is a list of {"word", "start_s", "end_s"} or of {"text", "start", "end"}, or such a list written
    as JSON text.
    """
    listed = values.json_list(value.encode("utf-8", "replace")) if isinstance(value, str) else value
    entries = listed[:MAX_WORDS] if isinstance(listed, list) else []
    return tuple(word for entry in entries if isinstance(entry, dict) and (word := _word(entry)))


def _word(entry: dict[str, Any]) -> Word | None:
    text = values.text(entry.get("word"), MAX_LENGTH) or values.text(entry.get("text"), MAX_LENGTH)
    start, end = _second(entry, "start"), _second(entry, "end")
    if text is None or start is None or end is None or not start <= end <= LATEST:
        return None
    return text, start, end


def _second(entry: dict[str, Any], name: str) -> float | None:
    return values.seconds(entry.get(f"{name}_s", entry.get(name)))
