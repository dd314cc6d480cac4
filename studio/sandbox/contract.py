"""Which requests the Producer contract (aimusicapi, from 2026-04-27) accepts. Pure: bytes in, Order out.

"The page" is the vendor's "Producer API - Complete Request Examples", the newest source (upstream.md 0).
Where no source gives the words of an error, they follow the page's one example: The '<field>' field ...
"""

import hmac
import ipaddress
import json
import re
import secrets
from typing import Any
from urllib.parse import urlsplit

from studio.sandbox.types import Order, Refusal

PRICE = 10  # credits per create_music: the page, section 1
DEFAULT_MODEL = "FUZZ-2.0"
# upstream.md 1.8; the page's example of a wrong mv lists FUZZ-3-Demo first.
MODELS = (
    "FUZZ-3-Demo",
    "FUZZ-2.0 Pro",
    "FUZZ-2.0",
    "FUZZ-2.0 Raw",
    "FUZZ-1.1 Pro",
    "FUZZ-1.1",
    "FUZZ-1.0 Pro",
    "FUZZ-1.0",
    "FUZZ-0.8",
    "Lyria 3 preview",
)
# The page, section 7.
RETIRED = (
    "cover_music",
    "cover_upload_music",
    "extend_music",
    "extend_upload_music",
    "replace_music",
    "replace_upload_music",
    "swap_music_vocals",
    "swap_upload_music_vocals",
    "swap_music_sound",
    "swap_upload_music_sound",
    "music_variation",
)
TITLE_LENGTH = 80
WEBHOOK_URL_LENGTH = 1024


def check_key(authorization: str | None, key: str) -> None:
    """Raise the 401 of the page, section 8, unless the header is `Bearer <key>`."""
    if authorization is None:
        raise _unauthorized("Authorization header is missing")
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() != "bearer" or not given.strip():
        raise _unauthorized("Authorization header is malformed")
    # Bytes: compare_digest() raises TypeError for strings that are not ASCII.
    if not hmac.compare_digest(given.strip().encode(), key.encode()):
        raise _unauthorized("Invalid API key")


def read_object(raw: bytes) -> dict[str, Any]:
    """The JSON object in a request body. Raises Refusal 400 for anything else, NaN and Infinity included."""
    try:
        body = json.loads(raw, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise invalid("The request body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise invalid("The request body must be a JSON object.")
    return body


def read_order(raw: bytes) -> Order:
    """Validate the body of POST /producer/create (upstream.md 1.2).

    Raises Refusal 410 for a retired task type and 400 for every other fault. A random seed stands in for a
    missing one, since each finished item reports a seed (upstream.md 1.7).
    """
    body = read_object(raw)
    _check_task_type(body.get("task_type"))
    order = Order(
        sound=_text(body, "sound"),
        lyrics=_text(body, "lyrics"),
        title=_text(body, "title", longest=TITLE_LENGTH),
        seed=_seed(body),
        mv=_model(body),
        make_instrumental=_flag(body, "make_instrumental"),
        lyrics_strength=_number(body, "lyrics_strength", 0, 1),
        sound_strength=_number(body, "sound_strength", 0.2, 1),
        webhook_url=_webhook_url(body),
        webhook_secret=_text(body, "webhook_secret"),
    )
    if not order.sound.strip() and not order.lyrics.strip():
        raise invalid("Either the 'sound' or the 'lyrics' field is required.")
    return order


def invalid(error: str) -> Refusal:
    return Refusal(400, "validation_error", error)


def _unauthorized(error: str) -> Refusal:
    return Refusal(401, "unauthorized", error)


def _check_task_type(task_type: object) -> None:
    if task_type in RETIRED:
        # No source shows this body (upstream.md 9); the type is the one in the page's table of errors.
        error = f"The task type '{task_type}' is retired. Use create_music with a new prompt."
        raise Refusal(410, "endpoint_retired", error)
    if task_type != "create_music":
        raise invalid("The 'task_type' field is invalid. Allowed values: create_music")


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _text(body: dict[str, Any], name: str, longest: int | None = None) -> str:
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or not _is_clean(value):
        raise invalid(f"The '{name}' field must be a string.")
    if longest is not None and len(value) > longest:
        raise invalid(f"The '{name}' field must be at most {longest} characters.")
    return value


def _is_clean(text: str) -> bool:
    """JSON can spell NUL and half a surrogate pair, which neither UTF-8 nor a file's tags can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text


def _flag(body: dict[str, Any], name: str) -> bool:
    value = body.get(name)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise invalid(f"The '{name}' field must be a boolean.")
    return value


def _number(body: dict[str, Any], name: str, lowest: float, highest: float) -> float:
    value = body.get(name)
    if value is None:
        return 0.5
    if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value <= highest:
        raise invalid(f"The '{name}' field must be a number from {lowest} to {highest}.")
    return float(value)


def _model(body: dict[str, Any]) -> str:
    model = body.get("mv")
    if model is None:
        return DEFAULT_MODEL
    if model not in MODELS:
        raise invalid(f"The 'mv' field is invalid. Allowed models: {', '.join(MODELS)}")
    return str(model)


def _seed(body: dict[str, Any]) -> str:
    seed = body.get("seed")
    if seed is None:
        return str(secrets.randbelow(10**9))
    # 18 digits fit a signed 64-bit integer; the page only says "numeric".
    if not isinstance(seed, str) or not re.fullmatch("[0-9]{1,18}", seed):
        raise invalid("The 'seed' field must be a numeric string.")
    return seed


def _webhook_url(body: dict[str, Any]) -> str:
    url = _text(body, "webhook_url", longest=WEBHOOK_URL_LENGTH)
    if url and not _may_be_called(url):
        raise invalid("The 'webhook_url' field must be an HTTPS URL.")
    return url


def _may_be_called(url: str) -> bool:
    """HTTPS as the page demands; plain HTTP only to this machine, where a studio under test listens."""
    if not re.fullmatch("[!-~]+", url):
        return False
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, a broken IPv6 address
        return False
    return named and (parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname)))


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
