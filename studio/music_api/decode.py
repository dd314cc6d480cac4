"""Reads what a provider sends: whatever comes in, one of our types or one of our errors comes out.

An answer is its HTTP status, headers and raw body. What we do not know is ignored; what we need and miss is
named in the error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from studio.music_api import values
from studio.music_api.errors import (
    Ambiguous,
    BadDelivery,
    KeyRefused,
    MusicApiError,
    NotFound,
    OutOfCredits,
    RateLimited,
    Rejected,
    Retired,
    Unavailable,
)
from studio.music_api.providers import PROVIDERS
from studio.music_api.types import Accepted, Balance, Delivery, Item, PollResult, PollState
from studio.music_api.words import words_of

MAX_ITEMS = 50  # an operation gives one or two; stems, the most, give 24
MAX_MESSAGE = 500
MAX_EXCERPT = 2000
MAX_WAIT = 3600.0  # seconds; a wild Retry-After must not stop a studio for a year

RUNNING_WORDS = {"PENDING", "RUNNING"}
FAILED_TYPES = {"failed", "timeout"}
FIELD_NAMES = {field.name for p in PROVIDERS.values() for o in p.operations for field in o.fields}


# Answers to a paid POST


def submit_answer(status: int, headers: Mapping[str, str], body: bytes) -> Accepted:
    """Accepted for a 2xx with a task id, all that matters in it (upstream.md 1.5); else raises an error."""
    if not 200 <= status < 300:
        raise error_answer(status, headers, body)
    task_id = values.identifier((values.json_object(body) or {}).get("task_id"))
    if task_id is None:
        raise Ambiguous(f"HTTP {status} without a readable task_id.", status=status, body=_excerpt(body))
    return Accepted(task_id)


def error_answer(status: int, headers: Mapping[str, str], body: bytes) -> MusicApiError:
    """The error that this answer to a paid POST is (upstream.md 3.1, 3.3); Ambiguous unless it is certain."""
    payload = values.json_object(body) or {}
    text = _sentence(payload, status, body)
    about: dict[str, Any] = {
        "status": status,
        "kind": values.word(payload.get("type")),
        "body": _excerpt(body),
    }
    match status:
        case 400 | 404 | 422:
            return Rejected(text, field=_field(text), **about)
        case 410:
            return Retired(text, field=_field(text), **about)
        case 401 | 403:
            return KeyRefused(text, **about)
        case 402:
            return OutOfCredits(text, remaining=values.credits(payload.get("remaining_credits")), **about)
        case 429:
            return RateLimited(text, retry_after=_retry_after(headers), **about)
    return Ambiguous(text, **about)


# Answers to a free GET


def poll_answer(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    needs: Sequence[str] = (),
    *,
    stateless: bool = False,
) -> PollResult:
    """Where a task stands, in either dialect (upstream.md 1.6); raises Unavailable, NotFound or KeyRefused.

    `needs` are the Item fields without which the operation's SUCCESS is none yet, "audio_url" above all;
    items of a `stateless` operation have no `state` (upstream.md 1.7).
    """
    payload = values.json_object(body)
    if status in (102, 202):
        return PollResult(PollState.RUNNING, message=_message(payload or {}))
    if status == 504 and payload and _is_timed_out_task(payload):
        return PollResult(PollState.FAILED, message=_message(payload))
    if not 200 <= status < 300:
        raise _poll_error(status, headers, body)
    if payload is None:
        raise Unavailable(f"HTTP {status} with an unreadable body.", status=status, body=_excerpt(body))
    return _poll_result(payload, needs, stateless)


def balance_answer(status: int, headers: Mapping[str, str], body: bytes) -> Balance:
    """The credits left (upstream.md 4.1); raises Unavailable or KeyRefused. Both numbers are required."""
    if status != 200:
        raise _get_error(status, headers, body)
    payload = values.json_object(body) or {}
    numbers = {name: values.credits(payload.get(name)) for name in ("credits", "extra_credits")}
    missing = [name for name, number in numbers.items() if number is None]
    if missing:
        raise Unavailable(f"A balance without {' and '.join(missing)}.", status=status, body=_excerpt(body))
    return Balance(**{name: number for name, number in numbers.items() if number is not None})


def _poll_result(payload: dict[str, Any], needs: Sequence[str], stateless: bool) -> PollResult:
    data = payload.get("data")
    entries = [entry for entry in data if isinstance(entry, dict)] if isinstance(data, list) else []
    entries = entries[:MAX_ITEMS]
    items = tuple(_item(entry) for entry in entries)
    # The older dialect tells the end by the items' state alone: one that has none ends by being there.
    states = [values.word(entry.get("state")) or ("succeeded" if stateless else "") for entry in entries]
    state, unknown = _poll_state(payload, states)
    if state is PollState.SUCCESS:
        missing = [name for name in needs if not items or any(getattr(item, name) is None for item in items)]
        if missing:
            state, unknown = PollState.RUNNING, f"success without {' and '.join(missing)}"
    return PollResult(state, items, _message(payload), unknown)


def _poll_state(payload: dict[str, Any], states: list[str]) -> tuple[PollState, str]:
    """The state, and the word for it if we do not know that word. The rules stand in upstream.md 1.6."""
    status = payload.get("status")
    word = values.word(status).upper()
    kind = values.word(payload.get("type"))
    if kind == "not_ready" or word in RUNNING_WORDS or payload.get("code") in (102, 202):
        return PollState.RUNNING, ""
    if word == "FAILED" or kind in FAILED_TYPES or set(states) == {"failed"}:
        return PollState.FAILED, ""
    if word == "SUCCESS" or (status is None and set(states) == {"succeeded"}):
        return PollState.SUCCESS, ""
    if status is None and {"running", "pending"} & set(states):
        return PollState.RUNNING, ""
    return PollState.RUNNING, _unknown_word(status)


def _unknown_word(status: object) -> str:
    if isinstance(status, str):
        return values.clean_text(status, 40).strip() or "empty status"
    return "no status" if status is None else f"status of type {type(status).__name__}"


def _item(entry: dict[str, Any]) -> Item:
    seed = entry.get("seed")
    return Item(
        clip_id=values.identifier(entry.get("clip_id")),
        lyrics_id=values.identifier(entry.get("lyrics_id")),
        title=values.text(entry.get("title"), 200),
        sound=values.text(entry.get("sound"), 5_000),
        lyrics=values.text(entry.get("lyrics"), 20_000) or values.text(entry.get("lyric"), 20_000),
        audio_url=values.url(entry.get("audio_url")),
        wav_url=values.url(entry.get("wav_url")),
        image_url=values.url(entry.get("image_url")),
        video_url=values.url(entry.get("video_url")),
        duration=values.seconds(entry.get("duration")),
        model=values.text(entry.get("mv"), 80),
        seed=values.text(str(seed) if type(seed) is int else seed, 40),
        format=values.text(entry.get("format"), 20),
        created_at=values.text(entry.get("created_at"), 40),
        words=words_of(entry.get("lyrics_timestamped")),
    )


def _is_timed_out_task(payload: dict[str, Any]) -> bool:
    """Tells the vendor's 504 (the task failed, credits are back) from a gateway's, which knows nothing."""
    words = _message(payload).lower()
    return values.word(payload.get("type")) in FAILED_TYPES or "task" in words or "refund" in words


def _poll_error(status: int, headers: Mapping[str, str], body: bytes) -> MusicApiError:
    """Not found is 404, in older dialects a 400 with these words, and 410 once a family is retired (5.2)."""
    text = _sentence(values.json_object(body) or {}, status, body)
    if status in (404, 410) or (status == 400 and "task not found" in text.lower()):
        return NotFound(text, status=status, body=_excerpt(body))
    return _get_error(status, headers, body)


def _get_error(status: int, headers: Mapping[str, str], body: bytes) -> MusicApiError:
    error = error_answer(status, headers, body)
    if isinstance(error, KeyRefused):
        return error
    return Unavailable(error.message, status=status, kind=error.kind, body=error.body)


# Deliveries


def delivery_body(body: bytes, headers: Mapping[str, str] | None = None) -> Delivery:
    """A delivery whose signature is good (upstream.md 2.3); raises BadDelivery for one without a task id.

    A webhook is a doorbell: of its body only the task's id and the kind of news are read.
    """
    payload = values.json_object(body)
    task_id = values.identifier((payload or {}).get("task_id"))
    if payload is None or task_id is None:
        raise BadDelivery("A delivery without a readable task_id.", body=_excerpt(body))
    event = values.text(payload.get("event"), 80) or ""
    failed = (
        event.endswith(".failed")
        or values.word(payload.get("type")) == "failed"
        or payload.get("code") not in (None, 200)
    )
    return Delivery(task_id, event, failed, values.clean_text(_header(headers or {}, "X-Webhook-Id"), 200))


# Texts and headers


def _retry_after(headers: Mapping[str, str]) -> float | None:
    seconds = _header(headers, "Retry-After").strip()
    return min(float(seconds), MAX_WAIT) if re.fullmatch("[0-9]{1,9}", seconds) else None


def _header(headers: Mapping[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.lower() == name.lower()), "")


def _message(payload: dict[str, Any]) -> str:
    """The provider's sentence: `error`, else `message`, else `detail` (upstream.md 3.2)."""
    texts = (values.text(payload.get(name), MAX_MESSAGE) for name in ("error", "message", "detail"))
    return next((text for text in texts if text), "")


def _sentence(payload: dict[str, Any], status: int, body: bytes) -> str:
    raw = _excerpt(body)[:MAX_MESSAGE].strip()
    # A page, a structure or bytes that are no text say nothing to a musician.
    if not raw or raw.startswith(("<", "{", "[")) or "\ufffd" in raw:
        raw = f"HTTP {status}"
    return _message(payload) or raw


def _excerpt(body: bytes) -> str:
    return values.clean_text(body[: 4 * MAX_EXCERPT].decode("utf-8", "replace"), MAX_EXCERPT)


def _field(text: str) -> str:
    """The wire name of the first field that an error text names; empty when it names none."""
    return next((word for word in re.findall("[a-z_]+", text.lower()) if word in FIELD_NAMES), "")
