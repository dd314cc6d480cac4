"""The verbs of credits. `_post` is the only writer of the ledger."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet, Sum

from accounts.models import TrailEvent, User
from studio.errors import NotEnoughCredits
from studio.models import Attempt, CreditAccount, CreditEntry, ProviderState, Task
from studio.services import team

CHARGED = "The provider's balance shows that it was accepted"

Kind = CreditEntry.Kind


def account_of(user: User) -> CreditAccount:
    """The person's account, made on first use with balance 0."""
    return CreditAccount.objects.get_or_create(user=user)[0]


def lock(user: User) -> None:
    """Lock the person's account for this transaction: two orders at once go one after the other."""
    CreditAccount.objects.select_for_update().get(pk=account_of(user).pk)


def lock_all(user_ids: Iterable[int]) -> None:
    """Lock these people's accounts, in one order and before the house's, so that no two refunds can wait for
    each other."""
    list(CreditAccount.objects.select_for_update().filter(user__in=set(user_ids)).order_by("pk"))


def house() -> CreditAccount:
    """The team's own account: what was spent upstream, and what the team bears."""
    return CreditAccount.objects.get_or_create(house=True)[0]


def balance(user: User) -> int:
    """Credits the person can spend now."""
    return CreditAccount.objects.filter(user=user).values_list("balance", flat=True).first() or 0


def at_work(user: User) -> int:
    """Credits charged for tasks that have not ended yet."""
    return Task.objects.moving().filter(created_by=user).aggregate(sum=Sum("price"))["sum"] or 0


def spent_this_month(user: User) -> int:
    """Charged since the first of the team's month, less what came back."""
    calendar = team.calendar()
    start = calendar.start(calendar.this_month())
    mine = CreditEntry.objects.filter(account__user=user, kind__in=(Kind.CHARGE, Kind.REFUND), at__gte=start)
    return -(mine.aggregate(sum=Sum("amount"))["sum"] or 0)


def statement(user: User) -> QuerySet[CreditEntry]:
    """The person's entries, newest first, with what a line shows."""
    return CreditEntry.objects.filter(account__user=user).select_related("task__source", "project", "actor")


def grant(
    user: User, amount: int, *, reason: str, by: User | None = None, form_key: UUID | None = None
) -> CreditEntry | None:
    """Add credits by hand. `amount` is positive. The same form sent once more adds nothing: None."""
    return _by_hand(user, Kind.GRANT, amount, reason, by, form_key)


def adjust(
    user: User, amount: int, *, reason: str, by: User | None = None, form_key: UUID | None = None
) -> CreditEntry | None:
    """Correct a balance by a signed amount. Raises NotEnoughCredits below zero. The same form sent once more
    changes nothing: None."""
    return _by_hand(user, Kind.ADJUST, amount, reason, by, form_key)


@transaction.atomic
def _by_hand(
    user: User, kind: str, amount: int, reason: str, by: User | None, form_key: UUID | None
) -> CreditEntry | None:
    """The trail remembers the forms: its line and the entry are written together or not at all."""
    lock(user)
    told = TrailEvent.objects.filter(what=kind, subject=user)  # the trail calls these as the ledger does
    if form_key and told.filter(facts__form_key=str(form_key)).exists():
        return None
    entry = _post(account_of(user), kind, amount, actor=by, reason=reason)
    key = {"form_key": str(form_key)} if form_key else {}
    TrailEvent.objects.write(kind, by=by, about=user, credits=amount, entry=entry.pk, **key)
    return entry


def monthly(user: User, kind: str, amount: int, *, period: date, reason: str) -> CreditEntry:
    """A month's allowance, or what expires of it. Once for each month: see `allowances`."""
    return _post(account_of(user), kind, amount, period=period, reason=reason)


def charge(task: Task) -> CreditEntry | None:
    """Take the task's price from the person who ordered. Raises NotEnoughCredits; nothing is written then.

    What costs nothing leaves no line.
    """
    if not task.price:
        return None
    return _post(account_of(task.created_by), Kind.CHARGE, -task.price, task=task, actor=task.created_by)


def refund(task: Task, reason: str) -> CreditEntry | None:
    """Give the task's price back, the same amount that was charged."""
    if not task.price:
        return None
    return _post(account_of(task.created_by), Kind.REFUND, task.price, task=task, reason=reason)


def house_entry(attempt: Attempt, kind: str, reason: str = "") -> None:
    """Note what an attempt meant for the provider's account, once per kind: spend, upstream_refund, loss."""
    price = attempt.task.price
    if not price or CreditEntry.objects.filter(attempt=attempt, kind=kind).exists():
        return
    amount = price if kind in CreditEntry.PLUS else -price
    _post(house(), kind, amount, task=attempt.task, attempt=attempt, reason=reason)


def correct_guess(attempt: Attempt) -> None:
    """An attempt that nobody knew to be accepted was. Its charge may be in the books already, under another
    one's name, since a balance shows that one was charged, but not which; or in the provider's baseline."""
    if attempt.credit_entries.filter(kind=Kind.SPEND).exists():
        return
    alike = Attempt.objects.filter(provider=attempt.provider, status=Attempt.Status.LOST)
    guessed = CreditEntry.objects.filter(kind=Kind.SPEND, reason=CHARGED, amount=-attempt.task.price)
    returned = CreditEntry.objects.filter(kind=Kind.UPSTREAM_REFUND)
    others = alike.filter(pk__in=guessed.values("attempt")).exclude(pk__in=returned.values("attempt"))
    if other := others.select_related("task").first():
        house_entry(other, Kind.UPSTREAM_REFUND, "Another order had been charged instead")
    else:
        ProviderState.objects.filter(name=attempt.provider).update(baseline=None)


def topup(provider: str, amount: int, reason: str) -> CreditEntry:
    """Note that the provider's own balance moved by itself: bought, seen for the first time, or reset."""
    kind = Kind.TOPUP if amount > 0 else Kind.ADJUST
    return _post(house(), kind, amount, provider=provider, reason=reason)


@transaction.atomic
def _post(
    account: CreditAccount,
    kind: str,
    amount: int,
    *,
    task: Task | None = None,
    attempt: Attempt | None = None,
    provider: str = "",
    actor: User | None = None,
    reason: str = "",
    period: date | None = None,
) -> CreditEntry:
    # The conditional UPDATE locks the account row, so that two charges at once can't both see enough.
    accounts = CreditAccount.objects.filter(pk=account.pk)
    if not account.house and amount < 0:
        accounts = accounts.filter(balance__gte=-amount)
    if not accounts.update(balance=F("balance") + amount):
        account.refresh_from_db(fields=["balance"])
        raise NotEnoughCredits(-amount, account.balance)
    return CreditEntry.objects.create(
        account=account,
        kind=kind,
        amount=amount,
        task=task,
        attempt=attempt,
        project=task.project if task else None,
        provider=attempt.provider if attempt else provider,
        actor=actor,
        reason=reason[:200],
        period=period,
    )
