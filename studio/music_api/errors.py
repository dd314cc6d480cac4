"""What can go wrong between us and a provider.

MusicApiError
├── NotSent              a paid POST that certainly was not accepted: send it again later
│   └── RateLimited      429
├── Rejected             a paid POST that was certainly refused: fail and refund (400, 404, 422)
│   ├── Retired          410, the operation is no longer offered
│   └── NeedsAttention   596 or a refused key of useapi.net: no order works until a person has been there
├── Held                 refused for a reason outside the order: keep it until the cause is gone
│   ├── OutOfCredits     402
│   └── KeyRefused       401, 403 (GETs raise it too)
├── Ambiguous            everything else after a paid POST: it may be running and charged, never resend
├── Unavailable          a GET brought no readable answer: try later
│   └── BalanceUnknown   only the balance can't be read: the provider answers other questions
├── NotFound             a GET for a task the provider does not know
└── BadDelivery          a webhook that is not one: unreadable, or without a task id
    ├── BadSignature     not signed with our secret
    └── Stale            signed, but too long ago

The class alone decides what happens to the money; `message` is for people only.
"""

from concurrent.futures import Future
from typing import Any

from studio.music_api.types import Accepted


class MusicApiError(Exception):
    """Anything a provider's answer, silence or delivery can be besides a good one.

    `message` is the provider's own words where it gave any, else ours. `status` is the HTTP status,
    None when there was none. `kind` is the provider's `type` word. `body` is the start of the raw answer.
    All text is cleaned and capped, and none of it contains our key.
    """

    def __init__(self, message: str, *, status: int | None = None, kind: str = "", body: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.kind = kind
        self.body = body


class NotSent(MusicApiError):
    """Proven not accepted. `retry_after` is in seconds, None when the provider named no time."""

    def __init__(self, message: str, *, retry_after: float | None = None, **about: Any) -> None:
        super().__init__(message, **about)
        self.retry_after = retry_after


class RateLimited(NotSent):
    pass


class Rejected(MusicApiError):
    """Certainly refused. `field` is the wire name of the field that the text names, or empty."""

    def __init__(self, message: str, *, field: str = "", **about: Any) -> None:
        super().__init__(message, **about)
        self.field = field


class Retired(Rejected):
    pass


class NeedsAttention(Rejected):
    pass


class Held(MusicApiError):
    pass


class OutOfCredits(Held):
    """`remaining` is the provider's own count of credits left, None when it did not say."""

    def __init__(self, message: str, *, remaining: int | None = None, **about: Any) -> None:
        super().__init__(message, **about)
        self.remaining = remaining


class KeyRefused(Held):
    pass


class Ambiguous(MusicApiError):
    """`late` is the answer that may still come, for as long as this process lives; None when none can."""

    def __init__(self, message: str, *, late: "Future[Accepted] | None" = None, **about: Any) -> None:
        super().__init__(message, **about)
        self.late = late


class Unavailable(MusicApiError):
    pass


class BalanceUnknown(Unavailable):
    pass


class NotFound(MusicApiError):
    pass


class BadDelivery(MusicApiError):
    pass


class BadSignature(BadDelivery):
    pass


class Stale(BadDelivery):
    pass
