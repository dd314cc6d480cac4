"""Monthly allowances: each person and month exactly once, whenever and however often the job runs.

What a month brings follows from the rules, the audit trail and the ledger alone, not from when it is asked.
One person is settled in one transaction, under the lock of their account: all months that were missed, in
their order, each with what expires of the month before. The database's own constraint is the last wall.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from accounts.models import User
from studio.models import Allowance, CreditEntry
from studio.models.clock import db_now
from studio.services import allowance_rules, allowance_runs, credits, team
from studio.services.standing import standings
from studio.services.team import Calendar, month_after, month_before

log = logging.getLogger(__name__)

AT_ONCE = 50

Kind = CreditEntry.Kind
MONTHLY = (Kind.ALLOWANCE, Kind.EXPIRE)
FIELDS = ("kind", "period", "amount")


def grant_due(month: date, after: int = 0) -> int | None:
    """Settle some people up to this month; the last one's key when there may be more. One who can't be
    settled keeps nobody else waiting, but the run from ending."""
    if not Allowance.objects.filter(since__lte=month).exists():
        return None
    done = allowance_runs.settled_up_to(month)
    users = list(User.objects.filter(pk__gt=after).order_by("pk")[:AT_ONCE])
    for user in _without(users, month) if done == month else users:
        try:
            settle(user, month, done)
        except Exception:
            log.exception("the allowance of person %s can't be settled", user.pk)
            allowance_runs.spoil()
    return users[-1].pk if len(users) == AT_ONCE else None


def _without(users: list[User], month: date) -> list[User]:
    had = CreditEntry.objects.filter(account__user__in=users, kind=Kind.ALLOWANCE, period=month)
    known = set(had.values_list("account__user", flat=True))
    return [user for user in users if user.pk not in known]


def welcome(user: User) -> None:
    """Who joins gets this month's allowance at once."""
    if Allowance.objects.exists():
        month = team.calendar().this_month()
        settle(user, month, done=month)


@transaction.atomic
def settle(user: User, month: date, done: date | None = None) -> None:
    """Grant the person everything up to this month that is still to come, and let expire what has to.

    Up to `done` the months have ended already: of these nothing expires any more.
    """
    credits.lock(user)
    team.lock()  # rules stay as they are meanwhile
    rules = list(Allowance.objects.filter(since__lte=month).filter(Q(user=None) | Q(user=user)))
    if not rules:
        return
    books = _Books(user, rules, team.calendar())
    for each in _months(done or min(rule.since for rule in rules), month):
        books.begin(each, ends_one=done is None or each > done)


def _months(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first = month_after(first)


class _Books:
    """A person's rules and months, for who holds their account."""

    def __init__(self, user: User, rules: list[Allowance], calendar: Calendar) -> None:
        self.user, self.rules, self.calendar = user, rules, calendar
        self.person = standings([User.objects.get(pk=user.pk)])[user.pk]
        monthly = CreditEntry.objects.filter(account__user=user, kind__in=MONTHLY)
        self.known = {(kind, period): amount for kind, period, amount in monthly.values_list(*FIELDS)}

    def rule(self, month: date) -> Allowance | None:
        return allowance_rules.rule_for(self.rules, self.person, month, self.calendar)

    def begin(self, month: date, *, ends_one: bool) -> None:
        """Grant the month's allowance first: what the month before leaves behind was counted without it, and
        may have been spent meanwhile when the run is late."""
        left = self._leaves(month_before(month)) if ends_one else 0
        rule = self.rule(month)
        if rule and (Kind.ALLOWANCE, month) not in self.known:
            self._post(Kind.ALLOWANCE, rule.credits, month, f"{month:%B %Y}")
        if expired := min(left, credits.balance(self.user)):
            before = month_before(month)
            self._post(Kind.EXPIRE, -expired, before, f"What was left of {before:%B %Y}")

    def _post(self, kind: str, amount: int, period: date, reason: str) -> None:
        credits.monthly(self.user, kind, amount, period=period, reason=reason)
        self.known[(kind, period)] = amount

    def _leaves(self, month: date) -> int:
        """What the month's end takes: nothing of an allowance that carries over, or when it has taken."""
        if (Kind.EXPIRE, month) in self.known:
            return 0
        return self.left_of(month, self.calendar.start(month_after(month)))

    def left_of(self, month: date, end: datetime) -> int:
        """What is left of the month's allowance at this moment, if it does not carry over.

        Orders of the month take from it first, also when there were other credits. Those that failed count
        when they failed before the end: a refund that comes later stays the person's.
        """
        amount = self.known.get((Kind.ALLOWANCE, month), 0)
        rule = self.rule(month) if amount else None
        if rule is None or rule.carry_over:
            return 0
        others = CreditEntry.objects.filter(account__user=self.user, at__lt=end).exclude(kind__in=MONTHLY)
        spent = -_sum(others.filter(_of_orders_since(self.calendar.start(month))))
        return max(0, min(amount - spent, _sum(others) + self._monthly_until(month)))

    def _monthly_until(self, month: date) -> int:
        """What allowances brought up to this month, less what had expired before its end."""
        return sum(
            amount
            for (kind, period), amount in self.known.items()
            if period < month or (kind == Kind.ALLOWANCE and period == month)
        )


def _of_orders_since(start: datetime) -> Q:
    charge = CreditEntry.objects.filter(task=OuterRef("task"), kind=Kind.CHARGE, at__gte=start)
    return Q(kind=Kind.CHARGE, at__gte=start) | Q(Exists(charge), kind=Kind.REFUND)


def _sum(entries: QuerySet[CreditEntry]) -> int:
    return entries.aggregate(sum=Sum("amount"))["sum"] or 0


# -- What a person is told ------------------------------------------------------------------------


@dataclass(frozen=True)
class Outlook:
    had: int  # this month
    left: int  # of it, which goes at the end of the month
    rule: Allowance | None  # of the next month
    next_at: datetime


def outlook(user: User) -> Outlook:
    """What the person got this month, and what the next will bring and take if nothing changes."""
    calendar = team.calendar()
    month, now = calendar.this_month(), db_now()
    after = month_after(month)
    rules = Allowance.objects.filter(since__lte=after).filter(Q(user=None) | Q(user=user))
    books = _Books(user, list(rules), calendar)
    left = min(books.left_of(month, now), credits.balance(user))
    had = books.known.get((Kind.ALLOWANCE, month), 0)
    return Outlook(had, left, books.rule(after), calendar.start(after))
