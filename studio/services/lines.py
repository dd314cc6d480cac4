"""A provider's line of waiting orders: whether it moves now, how many places are taken, and who goes next."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from heapq import heapify, heappop, heapreplace

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from studio.models import Attempt, CreditEntry, ProviderState, Task
from studio.services import hints, hooks, pauses, providers

SETTLED_AFTER = timedelta(minutes=2)  # a provider that was slow to answer may be slow to charge
SONG_TAKES = timedelta(minutes=20)  # after it an order that nobody knows of is over at the provider as well
DOUBT_LASTS = timedelta(minutes=3)  # enough for the balance to decide
SILENCE_LASTS = timedelta(hours=1)
LOOKED_AT = 2000  # waiting orders of all lines: nobody counts further
# Attempts that no order waits for any more: it was asked in vain what the balance says of them.
UNREADABLE = Q(reading=None, reading_at__isnull=False)


def takes_orders(state: ProviderState, now: datetime) -> bool:
    """Whether the provider is on, waits for nobody and nothing, and its pause after a paid call is over.

    Never while an owner has paused all spending: who claims an order asks while they hold the provider's row.
    """
    paused = state.paused_until is not None and state.paused_until > now
    if state.name not in settings.PROVIDERS or state.hold or state.attention or paused:
        return False
    if pauses.is_paused() or waits_for_proof(state, now):
        return False
    sent = Attempt.objects.filter(provider=state.name).order_by("-pk")
    last = sent.values_list("sent_at", flat=True).first()
    return last is None or now - last >= timedelta(seconds=providers.named(state.name).min_interval_s)


def waits_for_proof(state: ProviderState, now: datetime) -> bool:
    """After an order without an answer nothing is sent until the provider's free balance call answers again:
    a provider in trouble never has more than a few orders in doubt. Without webhooks also long enough for the
    balance to tell what became of the order, for which the moment must be quiet."""
    if state.name not in settings.PROVIDERS or not providers.named(state.name).has_balance:
        return False
    waited_for = without_answer(state.name, now).exclude(UNREADABLE)
    last = waited_for.order_by("-sent_at").values_list("sent_at", flat=True).first()
    if last and (state.balance_at is None or state.balance_at < last):
        return True
    if hooks.are_on(state.name):
        return False  # they tell it sooner, and nobody needs a quiet moment
    return in_doubt(state.name).filter(sent_at__gt=now - DOUBT_LASTS).exists()


def without_answer(provider: str, now: datetime) -> QuerySet[Attempt]:
    """Attempts of the last hour of which the provider has told nothing."""
    silent = (Attempt.Status.UNKNOWN, Attempt.Status.LOST)
    return Attempt.objects.filter(provider=provider, status__in=silent, sent_at__gt=now - SILENCE_LASTS)


def in_doubt(provider: str) -> QuerySet[Attempt]:
    """Unknown attempts that nothing has shed light on: no webhook named an id, no balance a charge."""
    charged = CreditEntry.objects.filter(attempt=OuterRef("pk"), kind=CreditEntry.Kind.SPEND)
    unknown = Attempt.objects.filter(provider=provider, status=Attempt.Status.UNKNOWN, hinted_id="")
    return unknown.filter(~Exists(charged))


def places_taken(provider: str, now: datetime) -> int:
    """Orders that the provider is at work on, as far as we can tell."""
    over = Q(status=Task.Status.UNKNOWN, submitted_at__lte=now - SONG_TAKES)
    return Task.objects.in_flight(provider).exclude(over).count()


def next_in_line(provider: str, now: datetime) -> QuerySet[Task]:
    """The person with the fewest orders in flight goes next, then the oldest order."""
    in_flight = (
        Task.objects.in_flight(provider)
        .filter(created_by=OuterRef("created_by"))
        .order_by()
        .values("created_by")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return (
        Task.objects.queued(provider)
        .filter(Q(send_after=None) | Q(send_after__lte=now))
        .exclude(pk__in=hints.waiting().filter(provider=provider).values("task"))  # it may be under way
        .annotate(theirs=Coalesce(Subquery(in_flight), 0))
        .order_by("theirs", "pk")
    )


def in_order(now: datetime) -> dict[str, list[tuple[int, int]]]:
    """Of each provider's line the orders, as (task, person), in the order in which they will go.

    It is what `next_in_line` would give time after time, while none that is in flight ends. Those that may
    not go yet come last.
    """
    hinted = Exists(hints.waiting().filter(task=OuterRef("pk")))
    queued = Task.objects.filter(status=Task.Status.QUEUED, parked=False).annotate(hinted=hinted)
    rows = queued.order_by("pk").values_list("provider", "created_by", "pk", "send_after", "hinted")
    ready: dict[str, list[tuple[int, int]]] = defaultdict(list)
    later: dict[str, list[tuple[datetime, int, int]]] = defaultdict(list)
    for provider, person, pk, send_after, is_hinted in rows[:LOOKED_AT]:
        if is_hinted or (send_after and send_after > now):
            later[provider].append((send_after or now, pk, person))
        else:
            ready[provider].append((pk, person))
    in_flight = _in_flight() if ready else {}
    return {
        name: _fairly(ready[name], in_flight.get(name, {}))
        + [(pk, person) for _, pk, person in sorted(later[name])]
        for name in {**ready, **later}
    }


def _in_flight() -> dict[str, dict[int, int]]:
    """By provider and person, how many orders are in flight."""
    at_work = Task.objects.filter(status__in=Task.IN_FLIGHT).order_by()
    counts: dict[str, dict[int, int]] = defaultdict(dict)
    for provider, person, n in at_work.values_list("provider", "created_by").annotate(n=Count("pk")):
        counts[provider][person] = n
    return counts


def _fairly(orders: Iterable[tuple[int, int]], in_flight: dict[int, int]) -> list[tuple[int, int]]:
    """Who has the fewest in flight goes next, and has one more then; the older order where they are equal."""
    theirs: dict[int, list[int]] = defaultdict(list)
    for pk, person in orders:
        theirs[person].append(pk)
    heap = [(in_flight.get(person, 0), pks[0], person, 0) for person, pks in theirs.items()]
    heapify(heap)
    line = []
    while heap:
        count, pk, person, at = heap[0]
        line.append((pk, person))
        if at + 1 < len(theirs[person]):
            heapreplace(heap, (count + 1, theirs[person][at + 1], person, at + 1))
        else:
            heappop(heap)
    return line
