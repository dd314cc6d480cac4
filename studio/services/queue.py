"""The queue: for everybody what waits and what is at work, others' orders without their words; for the team's
owners what is in doubt and what was set aside as well, and what they can do there."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Prefetch, Q, QuerySet

from accounts.models import User
from studio.errors import TooLate
from studio.models import Attempt, ProviderState, Task
from studio.models.clock import db_now
from studio.music_api.providers import Provider
from studio.services import hints, lines, polls, providers

SHOWN = 50  # of each list; the rest is counted

Status = Task.Status


@dataclass(frozen=True)
class Entry:
    """Orders of one person that stand together; those of others without their words."""

    person: User
    place: int  # of the first in the line; 0 on hold, and at work
    count: int = 1
    task: Task | None = None  # in full

    @property
    def last(self) -> int:
        return self.place + self.count - 1


@dataclass(frozen=True)
class Line:
    """One provider's waiting orders, in the order in which they will go, and what it is at work on."""

    provider: Provider
    state: ProviderState
    is_on: bool
    moves: bool  # whether the next order may go now
    waits_for_proof: bool  # of what became of an order without an answer
    paused_until: datetime | None
    taken: int  # places at the provider
    entries: list[Entry]
    at_work: list[Entry]
    count: int

    @property
    def more(self) -> int:
        return self.count - sum(entry.count for entry in self.entries)

    @property
    def needs_owners(self) -> bool:
        return not self.is_on or bool(self.state.attention or self.state.hold)

    @property
    def is_full(self) -> bool:
        return self.taken >= self.state.in_flight_limit


@dataclass(frozen=True)
class _Reader:
    """Who looks, and what they see in full: their own orders, and as an owner of the team everybody's."""

    user: User
    tasks: dict[int, Task]
    people: dict[int, User]

    def entries(self, orders: Iterable[tuple[int, int, int]]) -> list[Entry]:
        """Of (place, task, person); neighbours of one person become one where they have no words."""
        found: list[Entry] = []
        for place, pk, person in orders:
            task = self.tasks.get(pk)
            before = found[-1] if found else None
            is_next = before and not before.task and (before.place > 0) == (place > 0)
            if before and is_next and task is None and before.person.pk == person:
                found[-1] = replace(before, count=before.count + 1)
            else:
                found.append(Entry(self.people[person], place, task=task))
        return found


Places = dict[str, list[tuple[int, int, int]]]  # by provider: (place, task, person)


def waiting(user: User) -> list[Line]:
    """Every provider that is on, or for which orders wait, as this person sees it."""
    now = db_now()
    orders = Task.objects.filter(status__in=(Status.QUEUED, Status.HELD), parked=False)
    counts = dict(orders.order_by().values_list("provider").annotate(n=Count("pk")))
    line, at_work = _line(user, now), _at_work(user)
    reader = _reader(user, line, at_work)
    names = {**providers.enabled(), **counts}
    return [
        _told(
            name,
            now,
            count=counts.get(name, 0),
            entries=reader.entries(line.get(name, ())),
            at_work=reader.entries(at_work.get(name, ())),
        )
        for name in names
    ]


def _line(user: User, now: datetime) -> Places:
    """The first of each line, the person's own wherever they stand, then what is on hold."""
    places: Places = defaultdict(list)
    for name, orders in lines.in_order(now).items():
        placed = [(place, pk, person) for place, (pk, person) in enumerate(orders, 1)]
        own = [order for order in placed[SHOWN:] if order[2] == user.pk and not user.is_owner]
        places[name] = placed[:SHOWN] + own[:SHOWN]
    held = Task.objects.filter(status=Status.HELD, parked=False).order_by("pk")
    for name, pk, person in held.values_list("provider", "pk", "created_by")[:SHOWN]:
        places[name].append((0, pk, person))
    return places


def _at_work(user: User) -> Places:
    """What is at the providers now, one person's after the other's; one's own first."""
    places: Places = defaultdict(list)
    tasks = Task.objects.filter(status__in=Task.IN_FLIGHT)
    rows = tasks.order_by("created_by", "pk").values_list("provider", "pk", "created_by")[: 2 * SHOWN]
    for name, pk, person in sorted(rows, key=lambda row: row[2] != user.pk):
        places[name].append((0, pk, person))
    return places


def _reader(user: User, *shown: Places) -> _Reader:
    """With all rows that are told of, in two queries."""
    orders = [order for places in shown for line in places.values() for order in line]
    tasks = [pk for _, pk, person in orders if user.is_owner or person == user.pk]
    found = Task.objects.select_related("created_by", "source").in_bulk(tasks)
    return _Reader(user, found, User.objects.in_bulk({person for _, _, person in orders}))


def _told(name: str, now: datetime, **shown: Any) -> Line:
    state, is_on = providers.state_of(name), name in providers.enabled()
    until = state.paused_until
    return Line(
        provider=providers.named(name),
        state=state,
        is_on=is_on,
        moves=lines.takes_orders(state, now),
        waits_for_proof=is_on and lines.waits_for_proof(state, now),
        paused_until=until if until and until > now else None,
        taken=lines.places_taken(name, now),
        **shown,
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
