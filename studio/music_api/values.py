"""Single values from outside. One that tells nothing (NaN, a number of 500 digits, a key given twice, a wrong
type) reads as missing: one odd field must not cost a paid song."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from typing import Any

MAX_BODY = 1024 * 1024  # bytes; the largest real answer is a few kilobytes
MAX_DIGITS = 20  # of a whole number; Python itself refuses to read more than 4,300
MAX_CREDITS = 2**31 - 1  # what a database integer holds
MAX_SECONDS = 24 * 60 * 60.0


def clean_text(value: str, limit: int) -> str:
    """Text made fit for a database: no NUL, no lone surrogate, NFC, at most `limit` characters."""
    # Cut before and after: NFC is slow on long runs of accents, and it can lengthen a text.
    value = value[:limit].replace("\0", "").encode("utf-8", "ignore").decode()
    return unicodedata.normalize("NFC", value)[:limit]


def json_object(body: bytes) -> dict[str, Any] | None:
    """The JSON object in the body, or None when there is none that we can read."""
    value = _json(body)
    return value if isinstance(value, dict) else None


def json_list(body: bytes) -> list[Any]:
    """The JSON list in the body; empty when there is none that we can read."""
    value = _json(body)
    return value if isinstance(value, list) else []


def _json(body: bytes) -> Any:
    if len(body) > MAX_BODY:
        return None
    try:
        return json.loads(
            body.decode("utf-8-sig", "replace"),
            object_pairs_hook=_without_repeated_keys,
            parse_int=lambda digits: int(digits) if len(digits) <= MAX_DIGITS else None,
        )
    except (ValueError, RecursionError):
        return None


def _without_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        times = Counter(name for name, _ in pairs)
        result.update((name, None) for name in times if times[name] > 1)
    return result


def text(value: object, limit: int) -> str | None:
    """A clean text that is not empty, else None."""
    return (clean_text(value, limit) or None) if isinstance(value, str) else None


def word(value: object) -> str:
    """A short word in lower case, to compare with ours; empty for anything but text."""
    return clean_text(value, 40).strip().lower() if isinstance(value, str) else ""


def identifier(value: object) -> str | None:
    """An id just as it was sent, if it can be one; it is never altered, others must find it again."""
    return value if isinstance(value, str) and re.fullmatch("[A-Za-z0-9][!-~]{0,127}", value) else None


def url(value: object) -> str | None:
    """An http or https address of at most 2,000 plain characters, else None."""
    return value if isinstance(value, str) and re.fullmatch("https?://[!-~]{1,2000}", value) else None


def seconds(value: object) -> float | None:
    """A length in seconds; the sonic family sends it as text ("104.88")."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if 0 <= number <= MAX_SECONDS else None


def credits(value: object) -> int | None:
    """A whole number of credits, also if it was sent as 50.0."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if type(value) is int and abs(value) <= MAX_CREDITS else None
