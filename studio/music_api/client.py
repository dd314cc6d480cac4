"""Talks HTTP to one provider (upstream.md 1, 4)."""

from __future__ import annotations

from collections.abc import Mapping

from studio.music_api.providers import Provider
from studio.music_api.types import Accepted, Balance, PollResult


class Client:
    """One account at one provider. May be shared by threads. All time-outs are in seconds."""

    def __init__(
        self,
        provider: Provider,
        *,
        base_url: str,
        key: str,
        connect_timeout: float = 5,
        post_timeout: float = 30,
        get_timeout: float = 15,
    ) -> None: ...

    def submit(
        self,
        operation_name: str,
        params: Mapping[str, object],
        *,
        webhook_url: str = "",
        webhook_secret: str = "",
    ) -> Accepted:
        """POST a paid order, once. Raises NotSent, Rejected, Held or Ambiguous (upstream.md 1.5, 3.3)."""
        raise NotImplementedError

    def poll(self, operation_name: str, task_id: str) -> PollResult:
        """Ask where a task stands. Raises Unavailable, NotFound or KeyRefused (upstream.md 1.6)."""
        raise NotImplementedError

    def balance(self) -> Balance:
        """Ask for the credits left. Raises Unavailable or KeyRefused (upstream.md 4.1)."""
        raise NotImplementedError
