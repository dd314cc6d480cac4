"""Is this delivery really from the provider, and is it fresh? (upstream.md 2.2)"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping

from studio.music_api.errors import BadSignature, Stale

__all__ = ["BadSignature", "Stale", "signature", "verify"]


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The X-Webhook-Signature of these exact body bytes: "sha256=" and 64 lower-case hex digits."""
    message = timestamp.encode() + b"." + body
    return "sha256=" + hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: float, tolerance: float = 300) -> None:
    """Return quietly for a good delivery; raise BadSignature, or Stale for a good but old (or early) one.

    `now` and `tolerance` are in seconds, `now` since 1970. The signature is judged first, so a stranger
    learns nothing of our clock. The headers may hold anything at all.
    """
    named = {name.lower(): value for name, value in headers.items()}
    timestamp = named.get("x-webhook-timestamp", "")
    given = named.get("x-webhook-signature", "")
    if not secret or not re.fullmatch("[0-9]{10}", timestamp) or given[:7].lower() != "sha256=":
        raise BadSignature("The delivery is not signed.")
    # Bytes, because compare_digest raises TypeError for a str that is not ASCII.
    expected = signature(secret, timestamp, body)[7:].encode()
    if not hmac.compare_digest(given[7:].encode("utf-8", "surrogatepass"), expected):
        raise BadSignature("The delivery is signed with another secret.")
    if abs(now - int(timestamp)) > tolerance:
        raise Stale("The delivery was signed too long ago.")
