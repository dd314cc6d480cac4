"""The history of the providers' balances beside what our books say is left there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Sum

from studio.models import Attempt, BalanceReading, CreditEntry, ProviderState
from studio.models.clock import db_now
from studio.music_api.providers import Provider
from studio.services import lines, proofs, providers

CHANGED_AFTER, UNCHANGED_AFTER = timedelta(minutes=5), timedelta(hours=1)
KEPT_WHOLE = timedelta(days=365)  # one of each day after that
PAGE = 60
Kind = CreditEntry.Kind


def note(state: ProviderState, total: int) -> None:
    """Keep a reading, not more often than somebody would want to see it. In the reading's transaction."""
    if state.snapshot is None:
        return
    now = db_now()
    last = BalanceReading.objects.filter(provider=state.name).order_by("-at").first()
    if last and now - last.at < CHANGED_AFTER:
        return
    ours = proofs.explained(state.name, state.snapshot, state.snapshot_entry)
    figures = {"balance": total, "ours": ours, "in_doubt": in_doubt(state.name)}
    same = last and all(getattr(last, name) == value for name, value in figures.items())
    if last and same and now - last.at < UNCHANGED_AFTER:
        return
    BalanceReading.objects.create(provider=state.name, at=now, **figures)
    if last and last.at.date() != now.date():
        _thin(state.name, now)


def in_doubt(name: str) -> int:
    """Credits of orders that the provider may have taken without our books knowing it."""
    doubtful = lines.in_doubt(name).aggregate(sum=Sum("task__price"))["sum"] or 0
    sent = Attempt.objects.filter(provider=name, status=Attempt.Status.SENT)
    return doubtful + (sent.aggregate(sum=Sum("task__price"))["sum"] or 0)


def _thin(name: str, now: datetime) -> None:
    """Of each day that is more than a year ago, the last reading is kept."""
    old = BalanceReading.objects.filter(provider=name, at__lt=now - KEPT_WHOLE).order_by("at")
    last_of_day = {at.date(): pk for pk, at in old.values_list("pk", "at")}
    old.exclude(pk__in=last_of_day.values()).delete()


# -- The page --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """What our books add to, or take from, what was there at first."""

    label: str
    amount: int
    lines: int


@dataclass(frozen=True)
class Account:
    """One provider's balance, and how our books come to theirs."""

    provider: Provider
    state: ProviderState
    steps: list[Step]
    in_doubt: int
    unsettled: int  # orders whose credits may still move there
    history: list[BalanceReading]  # newest first

    @property
    def ours(self) -> int:
        return (self.state.snapshot or 0) + sum(step.amount for step in self.steps)

    @property
    def difference(self) -> int | None:
        """Theirs less ours, as `audit --upstream` has it; None before the first quiet reading."""
        if self.state.snapshot is None or self.state.balance is None:
            return None
        return self.state.balance - self.ours

    @property
    def is_alarming(self) -> bool:
        """A difference that no order under way can account for."""
        return bool(self.difference) and not self.unsettled


def accounts() -> list[Account]:
    """Of every provider that is on and counts credits."""
    counting = [(provider, state) for provider, state in providers.states() if provider.has_balance]
    return [_account(provider, state) for provider, state in counting]


def _account(provider: Provider, state: ProviderState) -> Account:
    name = provider.name
    history = BalanceReading.objects.filter(provider=name).order_by("-at")[:PAGE]
    unsettled = proofs.marker_of(name).unsettled
    return Account(provider, state, _steps(state), in_doubt(name), unsettled, list(history))


def _steps(state: ProviderState) -> list[Step]:
    entries = CreditEntry.objects.filter(provider=state.name, kind__in=proofs.MIRROR)
    since = entries.filter(pk__gt=state.snapshot_entry).order_by().values_list("kind")
    found = {kind: (amount, count) for kind, amount, count in since.annotate(Sum("amount"), Count("pk"))}
    return [Step(Kind(kind).label, *found[kind]) for kind in proofs.MIRROR if kind in found]


def differences(history: list[BalanceReading]) -> list[tuple[float, int]]:
    """The difference over time, oldest first."""
    return [(each.at.timestamp(), each.balance - each.ours) for each in reversed(history)]
