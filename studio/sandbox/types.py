"""What the sandbox keeps and passes around."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Order:
    """A valid `create_music` request, defaults filled in (upstream.md 1.2)."""

    sound: str
    lyrics: str
    title: str
    seed: str
    mv: str
    make_instrumental: bool
    lyrics_strength: float
    sound_strength: float
    webhook_url: str
    webhook_secret: str


@dataclass(frozen=True)
class Clip:
    """A finished song; audio, wav and cover are file names in the media folder, duration is in seconds."""

    title: str
    duration: float
    audio: str
    wav: str
    cover: str
    created_at: str


@dataclass(frozen=True)
class Task:
    """An accepted order; times are Unix seconds.

    `outcome` is how it will end, as soon as that is known; `state` is what a client is told.
    """

    id: str
    clip_id: str
    order: Order
    state: str
    outcome: str | None
    accepted_at: float
    ended_at: float | None
    clip: Clip | None


@dataclass(frozen=True)
class Delivery:
    """One try of one webhook; `id` stays the same over all tries."""

    id: str
    task: Task
    attempt: int


@dataclass(frozen=True)
class Answer:
    """An HTTP status and the JSON body that goes with it."""

    status: int
    body: dict[str, Any]


class Refusal(Exception):
    """A request that ends in an error body `{"type": ..., "error": ...}` (upstream.md 3.1)."""

    def __init__(self, status: int, kind: str, error: str, **extra: object) -> None:
        super().__init__(error)
        self.answer = Answer(status, {"type": kind, "error": error, **extra})
