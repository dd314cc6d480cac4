"""What an authenticator app does: RFC 6238, with the usual six digits and half minutes."""

import base64
import hmac
import time


def code(key: str, at: float | None = None) -> str:
    """The code that the app shows for a key, as the page writes it."""
    secret = base64.b32decode(key.replace(" ", ""))
    counter = int((time.time() if at is None else at) // 30)
    digest = hmac.digest(secret, counter.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"
