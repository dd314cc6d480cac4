"""The provider's own balance: shown to owners, ends a hold, explains the house's account, and proves what an
unknown attempt can't: an unchanged balance in a quiet window means that nothing was accepted."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Max, Q, QuerySet, Sum

from studio.models import Attempt, CreditEntry, ProviderState, Task
from studio.models.clock import db_now
from studio.music_api.providers import label_of
from studio.services import attempts, credits, providers, tasks

EVERY = timedelta(minutes=5)
SETTLED_AFTER = timedelta(minutes=2)  # a provider that was slow to answer may be slow to charge
WHILE_UNKNOWN = timedelta(seconds=10)
WHILE_HELD = timedelta(seconds=15)
AFTER_A_TASK = timedelta(seconds=5)
LOW = 0.2
RETURN_TAKES = timedelta(minutes=1)  # of a failed song's credits; the provider names no time
# Entries that follow the provider's balance; a loss only notes who bore it.
MIRROR = (CreditEntry.Kind.TOPUP, CreditEntry.Kind.SPEND, CreditEntry.Kind.UPSTREAM_REFUND)


@dataclass(frozen=True)
class Marker:
    """What was under way at the provider when its balance was asked for."""

    provider: str
    last_attempt: int
    unsettled: int
    unknown: int | None  # the only attempt under way, if it is an unknown one


@transaction.atomic
def claim_checks() -> list[Marker]:
    """Providers whose balance is due for a look. The next look is pushed on at once."""
    now = db_now()
    due = []
    for name in with_balance():
        state = providers.lock(name)
        if state.check_after is None or state.check_after <= now:
            state.check_after = now + (WHILE_HELD if state.hold else EVERY)
            state.save(update_fields=["check_after"])
            due.append(_marker(name))
    return due


def first_look(name: str) -> Marker | None:
    """Before the first order to a provider its balance is read: without it nothing could be proved later."""
    return None if providers.state_of(name).looked_at or name not in with_balance() else _marker(name)


def with_balance() -> list[str]:
    """The providers, of those that are on, which count credits."""
    return [name for name, provider in providers.enabled().items() if provider.has_balance]


def looked_in_vain(name: str) -> None:
    """The balance can't be read now, which must not keep orders from being sent."""
    ProviderState.objects.filter(name=name).update(looked_at=db_now())


def _marker(name: str) -> Marker:
    ours = Attempt.objects.filter(provider=name)
    unknown = ours.filter(status=Attempt.Status.UNKNOWN, hinted_id="").values_list("pk", flat=True)[:2]
    unsettled = _unsettled(name).count()
    return Marker(
        provider=name,
        last_attempt=ours.aggregate(last=Max("pk"))["last"] or 0,
        unsettled=unsettled,
        unknown=unknown[0] if unsettled == 1 and len(unknown) == 1 else None,
    )


def _unsettled(name: str) -> QuerySet[Task]:
    """Tasks whose credits may still move at the provider: under way, given up while they perhaps went on
    there, or failed so lately that their return may be on its way. One that comes back while another is
    spent would look as if nothing had been."""
    under_way = Q(status__in=Task.IN_FLIGHT) | Q(poll_after__isnull=False)
    just_failed = Q(status=Task.Status.FAILED, ended_at__gt=db_now() - RETURN_TAKES) & ~Q(upstream_id="")
    return Task.objects.filter(under_way | just_failed, provider=name)


def hurry_for_unknown() -> None:
    """Two readings ten seconds apart decide an unknown attempt: look that often while there is one."""
    now = db_now()
    waiting = Attempt.objects.filter(status=Attempt.Status.UNKNOWN).values("provider")
    soon = now + WHILE_UNKNOWN
    ProviderState.objects.filter(name__in=waiting, check_after__gt=soon).update(check_after=soon)


def hurry_for_settled() -> None:
    """A task has ended since the last reading: look soon, so that what it cost there shows."""
    soon = db_now() + AFTER_A_TASK
    waiting = ProviderState.objects.filter(name__in=with_balance(), check_after__gt=soon, hold="")
    for state in waiting.filter(looked_at__isnull=False):
        if Task.objects.filter(provider=state.name, ended_at__gt=state.looked_at).exists():
            ProviderState.objects.filter(pk=state.pk, check_after__gt=soon).update(check_after=soon)


def is_low(state: ProviderState) -> bool:
    """Whether a fifth or less is left of what there was."""
    return state.balance is not None and state.balance <= LOW * state.balance_high


def alerts() -> list[str]:
    """What an owner has to know of the providers: one sentence for each that needs them."""
    found = []
    known = {state.name: state for state in ProviderState.objects.filter(name__in=providers.enabled())}
    for name, provider in providers.enabled().items():
        state = known.get(name)
        if state is None:
            continue
        if state.attention or state.hold:
            found.append(f"{provider.label}: {state.attention or state.hold}")
        elif is_low(state):
            found.append(f"{provider.label}: {state.balance} credits are left there.")
        if gone := [label_of(each) for each in state.retired if provider.offers(each)]:
            found.append(f"{provider.label} no longer offers: {', '.join(gone)}.")
    return found


@transaction.atomic
def record(marker: Marker, total: int) -> None:
    """Store a reading; a hold whose cause is gone ends, and a quiet window is made use of."""
    state = providers.lock(marker.provider)
    now = db_now()
    if state.balance is None or total - state.balance > _returned_since(state):
        state.balance_high = max(total, 0)  # a top-up or a new month; what "low" is measured by
    state.balance, state.balance_at, state.looked_at = total, now, now
    if state.hold and total >= state.needed_credits:
        state.hold, state.needed_credits = "", 0
        _release_held(state.name)
    if _marker(marker.provider) == marker:  # nothing was sent while we asked
        if marker.unsettled == 0:
            _set_baseline(state, total)
        elif marker.unknown is not None:
            _weigh(state, marker.unknown, total)
    state.save()


def _returned_since(state: ProviderState) -> int:
    """Credits of failed songs that the provider may have given back since the last reading."""
    start = (state.balance_at or db_now()) - RETURN_TAKES
    returned = CreditEntry.objects.filter(provider=state.name, kind=CreditEntry.Kind.UPSTREAM_REFUND)
    return returned.filter(at__gte=start).aggregate(sum=Sum("amount"))["sum"] or 0


def _set_baseline(state: ProviderState, total: int) -> None:
    if state.snapshot is None:
        if total > 0:
            credits.topup(state.name, total, "The provider's balance when it was first seen")
        state.snapshot, state.snapshot_entry = total, _last_entry(state.name)
    state.baseline, state.baseline_entry = total, _last_entry(state.name)


def _last_entry(name: str) -> int:
    return CreditEntry.objects.filter(provider=name).aggregate(last=Max("pk"))["last"] or 0


def explained(name: str, start: int, after_entry: int) -> int:
    """The balance that our own entries lead to, from a balance of `start` and the entries after it."""
    entries = CreditEntry.objects.filter(provider=name, kind__in=MIRROR, pk__gt=after_entry)
    return start + (entries.aggregate(sum=Sum("amount"))["sum"] or 0)


def _weigh(state: ProviderState, attempt_id: int, total: int) -> None:
    """Two equal readings, ten seconds apart, with nothing else under way, and all else explained."""
    attempt = Attempt.objects.get(pk=attempt_id)
    now = db_now()
    if state.baseline is None or now - attempt.sent_at < SETTLED_AFTER:
        return
    if attempt.reading != total or attempt.reading_at is None:
        Attempt.objects.filter(pk=attempt_id).update(reading=total, reading_at=now)
    elif now - attempt.reading_at >= WHILE_UNKNOWN and total == explained(
        state.name, state.baseline, state.baseline_entry
    ):
        attempts.prove_not_accepted(attempt_id)


def _release_held(name: str) -> None:
    for task in Task.objects.filter(provider=name, status=Task.Status.HELD):
        tasks.move(task.pk, Task.Status.QUEUED, note="The provider is back.", reason="")
    tasks.ring_submit(name)
