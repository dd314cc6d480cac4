"""An upstream that is only a ledger: what it was sent, took, charged and gave back, and when.

It knows the time that the machine tells it. Every promise of a provider that the services build on is kept
here, and stands beside the number that keeps it; everything else it may do as badly as the machine likes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from studio.models import Attempt
from studio.music_api.errors import Ambiguous, MusicApiError, NotFound
from studio.music_api.types import Accepted, Balance, Item, PollResult, PollState

PRICE = 10
START = 1000


@dataclass(frozen=True)
class Plan:
    """What becomes of one POST. Times are seconds after it was sent."""

    refusal: type[MusicApiError] | None = None  # how an order that is not taken is answered
    silent: bool = False  # no answer comes, whatever became of the order
    reached: int = 0  # taken at; at most 60: a connection is not open for longer
    charged: int = 0  # after it was taken; at most 50, so that two minutes settle it
    song: int = 30  # seconds until it ends
    fails: bool = False  # only within ten minutes: no provider gives credits back after that
    returned: int = 0  # after it has failed; at most a minute
    rings: bool = False  # a webhook comes before the answer

    @property
    def is_taken(self) -> bool:
        return self.refusal is None


@dataclass
class Song:
    """An order that was taken, or is on its way to be."""

    attempt: Attempt
    id: str
    plan: Plan
    sent: float
    price: int = PRICE
    archived: bool = False

    @property
    def ended(self) -> float:
        return self.sent + self.plan.reached + self.plan.song

    def kept(self, now: float) -> int:
        """What the upstream has taken for it and not given back."""
        is_charged = now >= self.sent + self.plan.reached + self.plan.charged
        is_returned = self.plan.fails and now >= self.ended + self.plan.returned
        return self.price if is_charged and not is_returned else 0

    def is_alive(self, now: float) -> bool:
        """Taken, or certain to be, and not failed: somebody pays for it."""
        return not (self.plan.fails and now >= self.ended)


@dataclass
class Upstream:
    """Speaks as `music_api.client.Client` does, to the jobs."""

    now: float = 0.0
    extra: int = 0  # bought, or reset, behind our back
    songs: list[Song] = field(default_factory=list)
    posts: int = 0
    plan: Plan = field(default_factory=Plan)  # of the next POST
    trouble: Callable[[], MusicApiError] | None = None  # in the way of free calls
    rings: Callable[[Song], None] = print  # how a webhook is delivered

    def post(self, attempt: Attempt, plan: Plan) -> Song | None:
        self.posts += 1
        if not plan.is_taken:
            return None
        song = Song(attempt, f"up-{self.posts}", plan, self.now, attempt.task.price)
        self.songs.append(song)
        return song

    def submit(
        self, operation: str, params: Any, *, webhook_url: str, webhook_secret: str, **_: Any
    ) -> Accepted:
        attempt = Attempt.objects.select_related("task").get(token=webhook_url.split("/")[-2])
        song = self.post(attempt, self.plan)
        if song and self.plan.rings and not self.plan.reached:
            self.rings(song)
        return self.answer(song, self.plan)

    def answer(self, song: Song | None, plan: Plan) -> Accepted:
        """What the POST brings once it ends."""
        if plan.silent or (song and self.now < song.sent + plan.reached):
            raise Ambiguous("The connection broke off.")
        if song is None:
            assert plan.refusal
            raise plan.refusal("The provider says no.")
        return Accepted(song.id)

    def balance(self) -> Balance:
        self._stumble()
        return Balance(self.total, 0)

    @property
    def total(self) -> int:
        return START + self.extra - sum(song.kept(self.now) for song in self.songs)

    def poll(self, operation: str, upstream_id: str) -> PollResult:
        self._stumble()
        song = next((song for song in self.taken() if song.id == upstream_id), None)
        if song is None:
            raise NotFound("No such task.")
        if self.now < song.ended:
            return PollResult(PollState.RUNNING)
        if song.plan.fails:
            return PollResult(PollState.FAILED, message="The model stumbled.")
        item = Item(clip_id=f"clip-{song.id}", audio_url="https://media.example/a.m4a", duration=2.0)
        return PollResult(PollState.SUCCESS, (item,))

    def taken(self) -> list[Song]:
        return [song for song in self.songs if self.now >= song.sent + song.plan.reached]

    def of_attempt(self, attempt: Attempt) -> Song | None:
        return next((song for song in self.songs if song.attempt.pk == attempt.pk), None)

    def _stumble(self) -> None:
        if self.trouble:
            raise self.trouble()
