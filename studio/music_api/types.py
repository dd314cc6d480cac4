"""What a provider told us, as our own values. Only the fields the studio uses; None where one was missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


@dataclass(frozen=True)
class Accepted:
    """A paid order that the provider took (upstream.md 1.5)."""

    task_id: str


class PollState(StrEnum):
    RUNNING = "running"  # also for words we do not know: keep polling
    SUCCESS = "success"  # with every field the operation needs
    FAILED = "failed"  # the provider has given the credits back already (upstream.md 3.5)


@dataclass(frozen=True)
class Item:
    """One entry of a poll's `data` (upstream.md 1.7). `duration` is in seconds, `created_at` as sent."""

    clip_id: str | None = None
    lyrics_id: str | None = None
    title: str | None = None
    sound: str | None = None
    lyrics: str | None = None
    audio_url: str | None = None
    wav_url: str | None = None
    image_url: str | None = None
    video_url: str | None = None
    duration: float | None = None
    model: str | None = None
    seed: str | None = None
    format: str | None = None
    stems: tuple[tuple[str, str], ...] = ()  # name and address of each
    created_at: str | None = None
    words: tuple[tuple[str, float, float], ...] = ()  # each as it is sung, with its start and end in seconds


def _item(stored: Mapping[str, Any]) -> Item:
    """JSON knows no tuples, and what was stored by an older version knows no stems and no words."""
    stems = tuple((name, url) for name, url in stored.get("stems", ()))
    words = tuple((text, start, end) for text, start, end in stored.get("words", ()))
    return Item(**{**stored, "stems": stems, "words": words})


@dataclass(frozen=True)
class PollResult:
    """Where a task stands (upstream.md 1.6).

    `items` is what `data` held, whatever the state; only a SUCCESS promises complete ones. `message` is the
    provider's sentence for people. `unknown_status` is not empty when we do not understand the answer; the
    state is RUNNING then, and somebody should have a look.
    """

    state: PollState
    items: tuple[Item, ...] = ()
    message: str = ""
    unknown_status: str = ""

    def as_dict(self) -> dict[str, Any]:
        """As JSON keeps it, lists for tuples; `from_dict` reads it back."""
        items = [
            {
                **asdict(item),
                "stems": [list(stem) for stem in item.stems],
                "words": [list(word) for word in item.words],
            }
            for item in self.items
        ]
        return {**asdict(self), "state": self.state.value, "items": items}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> PollResult:
        """What `as_dict` gave, as it was; KeyError or ValueError for anything else."""
        return cls(
            state=PollState(stored["state"]),
            items=tuple(_item(item) for item in stored["items"]),
            message=stored["message"],
            unknown_status=stored["unknown_status"],
        )


@dataclass(frozen=True)
class Balance:
    """Credits at the provider (upstream.md 4.1): the subscription's, and the extra ones, spent first."""

    credits: int
    extra_credits: int

    @property
    def total(self) -> int:
        return self.credits + self.extra_credits

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


@dataclass(frozen=True)
class Delivery:
    """What may be believed of a verified webhook: a task has news. `webhook_id` was not signed."""

    task_id: str
    event: str
    failed: bool
    webhook_id: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)
