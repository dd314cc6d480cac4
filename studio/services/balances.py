"""The provider's own balance: when it is looked at, what owners are told of it, and what it sets going."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, Sum

from studio.models import Attempt, CreditEntry, ProviderState, Task
from studio.models.clock import db_now
from studio.music_api.providers import label_of
from studio.services import lines, notices, proofs, providers, readings, tasks

EVERY = timedelta(minutes=5)
WHILE_STOPPED = timedelta(seconds=15)
AFTER_A_TASK = timedelta(seconds=5)
BLIND_AFTER = timedelta(minutes=1)  # about six looks in vain


@transaction.atomic
def claim_checks() -> list[proofs.Marker]:
    """Providers whose balance is due for a look. The next look is pushed on at once."""
    now = db_now()
    due = []
    for name in with_balance():
        state = providers.lock(name)
        if state.check_after is None or state.check_after <= now:
            state.check_after = _next_look(state, now)
            state.save(update_fields=["check_after"])
            due.append(proofs.marker_of(name))
    return due


def _next_look(state: ProviderState, now: datetime) -> datetime:
    if state.hold and _is_paused(state, now):
        return min(now + EVERY, state.paused_until or now)
    return now + (WHILE_STOPPED if state.hold or state.unreachable else EVERY)


def _is_paused(state: ProviderState, now: datetime) -> bool:
    return state.paused_until is not None and state.paused_until > now


def first_look(name: str) -> proofs.Marker | None:
    """Before the first order to a provider its balance is read: without it nothing could be proved later."""
    if providers.state_of(name).looked_at or name not in with_balance():
        return None
    return proofs.marker_of(name)


def with_balance() -> list[str]:
    """The providers, of those that are on, which count credits."""
    return [name for name, provider in providers.enabled().items() if provider.has_balance]


def looked_in_vain(name: str, *, it_answers: bool = False) -> None:
    """The balance can't be read now, which must not keep orders from being sent.

    Where only the balance is broken (`it_answers`), nobody waits long for what it would tell of an order
    without an answer: a minute, and twice as long for each of the last hour, so that a provider which takes
    orders without answering still gets but a few.
    """
    now = db_now()
    ProviderState.objects.filter(name=name).update(looked_at=now)
    if it_answers:
        silent = lines.without_answer(name, now)
        before = silent.filter(lines.UNREADABLE).count()
        patience = min(BLIND_AFTER * 2 ** min(before, 10), lines.SILENCE_LASTS)
        silent.filter(reading_at=None, sent_at__lte=now - patience).update(reading_at=now)


def hurry_for_unknown() -> None:
    """Two readings ten seconds apart decide an unknown attempt, and the first one after an outage opens the
    line again: look that often while either is waited for."""
    now = db_now()
    lately = Q(status=Attempt.Status.LOST, sent_at__gt=now - lines.SILENCE_LASTS)
    waiting = Attempt.objects.filter(Q(status=Attempt.Status.UNKNOWN) | lately).values("provider")
    soon = now + proofs.WHILE_UNKNOWN
    ProviderState.objects.filter(name__in=waiting, check_after__gt=soon).update(check_after=soon)


def hurry_for_settled() -> None:
    """A task has ended since the last reading: look soon, so that what it cost there shows."""
    soon = db_now() + AFTER_A_TASK
    waiting = ProviderState.objects.filter(name__in=with_balance(), check_after__gt=soon, hold="")
    for state in waiting.filter(looked_at__isnull=False):
        if Task.objects.filter(provider=state.name, ended_at__gt=state.looked_at).exists():
            ProviderState.objects.filter(pk=state.pk, check_after__gt=soon).update(check_after=soon)


def is_low(state: ProviderState, set_by_owners: int) -> bool:
    """Whether so few credits are left that the owners are told; by their own threshold, if there is one."""
    return state.balance is not None and state.balance <= notices.low_at(state, set_by_owners)


def alerts() -> list[str]:
    """What an owner has to know of the providers: one sentence for each that needs them."""
    found, low = [], notices.low_by_owners()
    known = {state.name: state for state in ProviderState.objects.filter(name__in=providers.enabled())}
    for name, provider in providers.enabled().items():
        state = known.get(name)
        if state is None:
            continue
        if state.attention or state.hold:
            found.append(f"{provider.label}: {state.attention or state.hold}")
        elif is_low(state, low):
            found.append(f"{provider.label}: {state.balance} credits are left there.")
        if gone := [label_of(each) for each in state.retired if provider.offers(each)]:
            found.append(f"{provider.label} no longer offers: {', '.join(gone)}.")
    return found


@transaction.atomic
def record(marker: proofs.Marker, total: int) -> None:
    """Store a reading; a hold or pause whose cause is gone ends, and a quiet window is made use of."""
    state = providers.lock(marker.provider)
    now = db_now()
    if state.balance is None or total - state.balance > _returned_since(state):
        state.balance_high = max(total, 0)  # a top-up or a new month; what "low" is measured by
    before = state.balance
    state.balance, state.balance_at, state.looked_at = total, now, now
    if state.hold and total >= state.needed_credits and not _is_paused(state, now):
        state.hold, state.needed_credits = "", 0
        _release_held(state.name)
    if state.unreachable:
        state.unreachable, state.paused_until = False, None
        _send_now(state.name)
    proofs.use_reading(state, marker, total)
    state.save()
    readings.note(state, total)
    notices.low_provider(state, before)


def _returned_since(state: ProviderState) -> int:
    """Credits of failed songs that the provider may have given back since the last reading."""
    start = (state.balance_at or db_now()) - proofs.RETURN_TAKES
    returned = CreditEntry.objects.filter(provider=state.name, kind=CreditEntry.Kind.UPSTREAM_REFUND)
    return returned.filter(at__gte=start).aggregate(sum=Sum("amount"))["sum"] or 0


def _send_now(name: str) -> None:
    Task.objects.queued(name).filter(send_after__isnull=False).update(send_after=None)
    tasks.ring_submit(name)


def _release_held(name: str) -> None:
    for task in Task.objects.filter(provider=name, status=Task.Status.HELD):
        tasks.move(task.pk, Task.Status.QUEUED, note="The provider is back.", reason="")
    tasks.ring_submit(name)
