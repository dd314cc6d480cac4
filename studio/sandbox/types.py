"""What the sandbox keeps and passes around."""

from dataclasses import dataclass
from typing import Any

from studio.sandbox.orders import Order


@dataclass(frozen=True)
class Clip:
    """Music of the account, with all that later operations need.

    `audio` (m4a), `wav` and `cover` are file names in the media folder, `duration` is in seconds. `recipe`
    is the composer's own description of the music, empty for an upload; `words` are [text, start, end].
    """

    id: str
    parent_id: str | None
    title: str
    sound: str
    lyrics: str
    mv: str
    seed: str
    duration: float
    audio: str
    wav: str
    cover: str
    created_at: str
    recipe: dict[str, Any]
    words: list[list[Any]]


@dataclass(frozen=True)
class Product:
    """What a task made: the item that polls show, with bare file names for addresses, and its new clip."""

    item: dict[str, Any]
    clip: Clip | None = None


@dataclass(frozen=True)
class Task:
    """An accepted order; times are Unix seconds.

    `outcome` is how it will end, as soon as that is known; `state` is what a client is told. `clip_id` is the
    clip that it makes or works on, `item` the item of its product.
    """

    id: str
    clip_id: str | None
    order: Order
    state: str
    outcome: str | None
    accepted_at: float
    ended_at: float | None
    item: dict[str, Any] | None


@dataclass(frozen=True)
class Delivery:
    """One try of one webhook; `id` stays the same over all tries."""

    id: str
    task: Task
    attempt: int


@dataclass(frozen=True)
class Request:
    """`path` stands without its `query`; `origin` (scheme, host and port) is how the client calls us."""

    method: str
    path: str
    query: str
    authorization: str | None
    origin: str
    body: bytes


@dataclass(frozen=True)
class Answer:
    """An HTTP status and the JSON body that goes with it."""

    status: int
    body: dict[str, Any]


@dataclass(frozen=True)
class File:
    """A file of the media folder as the answer."""

    name: str


class Refusal(Exception):
    """A request that ends in an error body `{"type": ..., "error": ...}` (upstream.md 3.1)."""

    def __init__(self, status: int, kind: str, error: str, **extra: object) -> None:
        super().__init__(error)
        self.answer = Answer(status, {"type": kind, "error": error, **extra})
