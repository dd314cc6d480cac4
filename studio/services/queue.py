"""What waits, what is in doubt and what was set aside, for the team's owners; and what they can do there."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, Prefetch, Q, QuerySet

from studio.errors import TooLate
from studio.models import Attempt, ProviderState, Task
from studio.models.clock import db_now
from studio.music_api.providers import Provider
from studio.services import hints, lines, polls, providers

SHOWN = 50  # of each list; the rest is counted

Status = Task.Status


@dataclass(frozen=True)
class Line:
    """One provider's waiting orders, in the order in which they were placed."""

    provider: Provider
    state: ProviderState
    is_on: bool
    moves: bool  # whether the next order may go now
    waits_for_proof: bool  # of what became of an order without an answer
    paused_until: datetime | None
    taken: int  # places at the provider
    waiting: list[Task]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.waiting)

    @property
    def is_full(self) -> bool:
        return self.taken >= self.state.in_flight_limit

    @property
    def places(self) -> list[tuple[int, Task]]:
        """Each order with its place in the line, as its own card shows it; 0 for one that is on hold."""
        queued = [task.pk for task in self.waiting if task.status == Status.QUEUED]
        numbers = {pk: number for number, pk in enumerate(queued, 1)}
        return [(numbers.get(task.pk, 0), task) for task in self.waiting]


def waiting() -> list[Line]:
    """Every provider that is on, and those that are off while orders wait for them."""
    now = db_now()
    orders = Task.objects.filter(status__in=(Status.QUEUED, Status.HELD), parked=False)
    counts = dict(orders.order_by().values_list("provider").annotate(n=Count("pk")))
    return [_line(name, counts.get(name, 0), orders, now) for name in {**providers.enabled(), **counts}]


def _line(name: str, count: int, orders: QuerySet[Task], now: datetime) -> Line:
    state, is_on = providers.state_of(name), name in providers.enabled()
    until = state.paused_until
    here = orders.filter(provider=name).select_related("created_by", "source").order_by("pk")
    return Line(
        provider=providers.named(name),
        state=state,
        is_on=is_on,
        moves=lines.takes_orders(state, now),
        waits_for_proof=is_on and lines.waits_for_proof(state, now),
        paused_until=until if until and until > now else None,
        taken=lines.places_taken(name, now),
        waiting=list(here[:SHOWN]),
        count=count,
    )


def in_doubt() -> QuerySet[Task]:
    """Orders that were sent and of which nobody knows whether they were accepted: the oldest first."""
    unknown = Attempt.objects.filter(status=Attempt.Status.UNKNOWN)
    return _with_attempts(Task.objects.filter(status=Status.UNKNOWN), unknown).order_by("pk")


def given_up() -> QuerySet[Task]:
    """Refunded without an answer, but not so long ago that the song might not still be found."""
    lost = Attempt.objects.filter(status=Attempt.Status.LOST, sent_at__gt=db_now() - hints.WORTH_ASKING)
    return _with_attempts(Task.objects.filter(status=Status.FAILED, attempts__in=lost), lost).order_by("-pk")


def _with_attempts(tasks: QuerySet[Task], attempts: QuerySet[Attempt]) -> QuerySet[Task]:
    """`doubtful`: the attempts that a person who finds the id at the provider could settle."""
    return tasks.select_related("created_by", "source").prefetch_related(
        Prefetch("attempts", attempts.order_by("pk"), to_attr="doubtful")
    )


def set_aside() -> QuerySet[Task]:
    """Rows that stopped their worker again and again, or that were sent twice in vain."""
    return Task.objects.filter(parked=True).select_related("created_by", "source").order_by("-pk")


@transaction.atomic
def take_up(task: Task) -> None:
    """Copy the song of a row that was set aside once more. Raises TooLate.

    No credits move: who was refunded keeps them, and the song, if it can be kept now, comes at no cost. The
    row stays set aside until then.
    """
    now = db_now()
    has_answer = Q(answer__isnull=False, archive_after=None)
    waiting = Task.objects.filter(has_answer, pk=task.pk, parked=True)
    if not waiting.update(
        archive_after=now, woken_at=now, claims=0, poll_failures=0, version=F("version") + 1
    ):
        raise TooLate("There is nothing to take up: nothing came back for it, or it is being copied.")
    polls.ring_archive(task.pk)


def put_away(task: Task) -> None:
    """An owner has seen it and leaves it at that. Raises TooLate."""
    if not Task.objects.filter(pk=task.pk, parked=True).update(parked=False):
        raise TooLate("It was put away already.")
