"""What a provider's balance proves of orders whose answer never came.

A quiet window is a moment at which nothing else can move there: no order under way, no credits on their way
back. If the balance is then what our entries lead to, nothing was accepted; if it is lower by exactly what
those orders cost, they were. Anything else proves nothing.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Sum

from studio.models import Attempt, CreditEntry, ProviderState, Task
from studio.models.clock import db_now
from studio.services import attempts, credits, lines, tasks

WHILE_UNKNOWN = timedelta(seconds=10)  # between the two equal readings that decide
RETURN_TAKES = timedelta(minutes=1)  # of a failed song's credits; the provider names no time
GIVEN_UP_FOR = timedelta(hours=24)  # so long a song that was given up may still give its credits back
PROVED = "The provider's balance shows that it was not accepted"
NEVER_ARRIVED = "It was sent again once it was certain that it had not arrived, and it did not arrive again."
RETURNED = "The provider's balance shows that its credits came back"
# Entries that follow the provider's balance; a loss only notes who bore it.
MIRROR = (
    CreditEntry.Kind.TOPUP,
    CreditEntry.Kind.ADJUST,
    CreditEntry.Kind.SPEND,
    CreditEntry.Kind.UPSTREAM_REFUND,
)


@dataclass(frozen=True)
class Marker:
    """What was under way at the provider when its balance was asked for."""

    provider: str
    last_attempt: int
    last_entry: int
    unsettled: int
    in_doubt: tuple[int, ...]  # the attempts that the balance may decide


def marker_of(name: str) -> Marker:
    """The provider's state before a reading, to be compared with the one after it."""
    last = Attempt.objects.filter(provider=name).aggregate(last=Max("pk"))["last"] or 0
    doubtful = lines.in_doubt(name).order_by("pk").values_list("pk", flat=True)
    return Marker(name, last, _last_entry(name), _unsettled(name).count(), tuple(doubtful))


def _unsettled(name: str) -> QuerySet[Task]:
    """Tasks whose credits may still move at the provider: under way, given up while they perhaps went on
    there, or failed so lately that their return may be on its way. One that comes back while another is
    spent would look as if nothing had been."""
    now = db_now()
    moves = Q(sent_at__gt=now - lines.SONG_TAKES)  # it may still be accepted, or fail and be returned
    known = Exists(CreditEntry.objects.filter(attempt=OuterRef("pk"), kind=CreditEntry.Kind.SPEND))
    lost = Attempt.objects.filter(moves, status=Attempt.Status.LOST)
    unknown = Attempt.objects.filter(moves | ~known, status=Attempt.Status.UNKNOWN)
    given_up = Q(poll_after__isnull=False, ended_at__gt=now - GIVEN_UP_FOR)
    just_failed = Q(status=Task.Status.FAILED, ended_at__gt=now - RETURN_TAKES) & ~Q(upstream_id="")
    at_work = Q(status__in=(Task.Status.SUBMITTING, Task.Status.RUNNING))
    moving = at_work | given_up | just_failed | Q(pk__in=(lost | unknown).values("task"))
    return Task.objects.filter(moving, provider=name)


def explained(name: str, start: int, after_entry: int) -> int:
    """The balance that our own entries lead to, from a balance of `start` and the entries after it."""
    entries = CreditEntry.objects.filter(provider=name, kind__in=MIRROR, pk__gt=after_entry)
    return start + (entries.aggregate(sum=Sum("amount"))["sum"] or 0)


def use_reading(state: ProviderState, marker: Marker, total: int) -> None:
    """Draw what follows from a reading, if nothing was sent while we asked. The caller saves `state`."""
    if marker_of(marker.provider) != marker:
        return
    if marker.unsettled == 0:
        _set_baseline(state, total)
    elif marker.unsettled == len(marker.in_doubt) and state.baseline is not None:
        _weigh(state, marker.in_doubt, total)


def _set_baseline(state: ProviderState, total: int) -> None:
    if state.snapshot is None:
        if total > 0:
            credits.topup(state.name, total, "The provider's balance when it was first seen")
        state.snapshot, state.snapshot_entry = total, _last_entry(state.name)
    else:
        _settle_lost(state.name, total - explained(state.name, *_last_known(state)))
    state.baseline, state.baseline_entry = total, _last_entry(state.name)


def _last_known(state: ProviderState) -> tuple[int, int]:
    """The last quiet balance and the last entry then; the first of all where that is not to be relied on."""
    if state.baseline is None:
        return state.snapshot or 0, state.snapshot_entry
    return state.baseline, state.baseline_entry


def _last_entry(name: str) -> int:
    return CreditEntry.objects.filter(provider=name).aggregate(last=Max("pk"))["last"] or 0


def _settle_lost(name: str, difference: int) -> None:
    """Orders that were given up without an id: the balance tells afterwards how many of them were charged,
    or gave their credits back. Which ones it can't tell; for the sum it is all the same."""
    without_id = _without_id(name).filter(sent_at__gt=db_now() - GIVEN_UP_FOR)
    spent, returned = CreditEntry.Kind.SPEND, CreditEntry.Kind.UPSTREAM_REFUND
    if difference < 0:
        _book(_with(without_id, spent, booked=False), spent, -difference, credits.CHARGED)
    elif difference > 0:
        charged = _with(without_id, spent, booked=True)
        _book(_with(charged, returned, booked=False), returned, difference, RETURNED)


def _without_id(name: str) -> QuerySet[Attempt]:
    gone = (Attempt.Status.LOST, Attempt.Status.UNKNOWN)
    return Attempt.objects.filter(provider=name, upstream_id="", status__in=gone)


def _may_have_come_back(state: ProviderState) -> bool:
    """An order whose charge the balance has shown since the baseline, but whose id nobody knows: if it failed
    meanwhile, its return would hide the charge of another."""
    spent = CreditEntry.objects.filter(kind=CreditEntry.Kind.SPEND, pk__gt=state.baseline_entry)
    charged = _without_id(state.name).filter(pk__in=spent.values("attempt"))
    return _with(charged, CreditEntry.Kind.UPSTREAM_REFUND, booked=False).exists()


def _with(found: QuerySet[Attempt], kind: str, *, booked: bool) -> QuerySet[Attempt]:
    entry = Exists(CreditEntry.objects.filter(attempt=OuterRef("pk"), kind=kind))
    return found.filter(entry if booked else ~entry)


def _book(candidates: QuerySet[Attempt], kind: str, amount: int, why: str) -> None:
    """Those that add up to exactly this amount, or none: a rest would be somebody else's doing."""
    chosen = []
    for attempt in candidates.select_related("task").order_by("-task__price", "pk"):
        if 0 < attempt.task.price <= amount:
            chosen.append(attempt)
            amount -= attempt.task.price
    if amount == 0:
        for attempt in chosen:
            credits.house_entry(attempt, kind, why)


def _weigh(state: ProviderState, in_doubt: tuple[int, ...], total: int) -> None:
    """Two equal readings, ten seconds apart, with nothing else under way."""
    doubtful = list(Attempt.objects.filter(pk__in=in_doubt).select_related("task"))
    now = db_now()
    if _may_have_come_back(state):
        return
    if any(now - each.sent_at < lines.SETTLED_AFTER for each in doubtful):
        return
    if any(each.reading != total or each.reading_at is None for each in doubtful):
        Attempt.objects.filter(pk__in=in_doubt).update(reading=total, reading_at=now)
        return
    if any(now - each.reading_at < WHILE_UNKNOWN for each in doubtful if each.reading_at):
        return
    missing = explained(state.name, state.baseline or 0, state.baseline_entry) - total
    if missing == 0:
        for each in doubtful:
            prove_not_accepted(each.pk)
    elif missing == sum(each.task.price for each in doubtful):
        for each in doubtful:
            prove_accepted(each.pk)


@transaction.atomic
def prove_not_accepted(attempt_id: int) -> bool:
    """The balance shows that nothing was accepted: the order may be sent again, once."""
    attempt = attempts.lock(attempt_id)
    proved_before = attempt.task.attempts.filter(outcome=PROVED).exists()
    if attempt.status != Attempt.Status.UNKNOWN or attempt.hinted_id:
        return False
    attempts.settle(attempt, Attempt.Status.REJECTED, PROVED)
    if attempts.adopt_earlier(attempt.task):
        return True
    if proved_before:
        attempts.park(attempt.task_id, NEVER_ARRIVED)
        return True
    note = "Not accepted, the provider's balance shows it."
    tasks.move(attempt.task_id, Task.Status.QUEUED, note=note, reason="")
    return True


@transaction.atomic
def prove_accepted(attempt_id: int) -> bool:
    """The balance shows that it was charged. Its id is still to be found, so the task waits on."""
    attempt = attempts.lock(attempt_id)
    if attempt.status != Attempt.Status.UNKNOWN:
        return False
    credits.house_entry(attempt, CreditEntry.Kind.SPEND, credits.CHARGED)
    reason = "The provider has taken the order, but not told us which song it is. It is not sent twice."
    Task.objects.filter(pk=attempt.task_id).update(reason=reason, version=F("version") + 1)
    return True
