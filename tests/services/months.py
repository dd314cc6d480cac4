"""The stage of the allowances: a clock that a test moves, Mara with nothing, rules, and whole runs."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Role, User
from studio.models import CreditEntry, Lease
from studio.services import allowance_rules, allowance_runs, allowances, credits, tasks, team

JAN, FEB, MAR, APR = (date(2027, month, 1) for month in (1, 2, 3, 4))


class Clock:
    """The time of the whole studio, which a test moves."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = datetime(2027, 1, 10, 12, tzinfo=UTC)
        patch.setattr("django.utils.timezone.now", lambda: self.now)
        for module in (team, allowances, allowance_runs, tasks):
            patch.setattr(module, "db_now", lambda: self.now)

    def go_to(self, month: date, day: int = 1, hour: int = 0) -> None:
        self.now = datetime(month.year, month.month, day, hour, 0, 30, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def mara(clock: Clock, member: User) -> User:
    """Has nothing at first, and was here before."""
    credits.adjust(member, -credits.balance(member), reason="for the test")
    User.objects.filter(pk=member.pk).update(date_joined=clock.now - timedelta(days=9))
    return User.objects.get(pk=member.pk)


Rule = Callable[..., Any]


@pytest.fixture
def rule(owner: User, clock: Clock) -> Rule:
    """By default 100 for every member from this month on, which do not carry over."""

    def begin(**changes: Any) -> Any:
        of = {} if "user" in changes else {"role": Role.MEMBER}
        given = {"credits": 100, "carry_over": False, "next_month": False, "by": owner, **of, **changes}
        return allowance_rules.begin(**given)

    return begin


def run() -> None:
    """A whole run, as the jobs make it."""
    month, ticket = team.calendar().this_month(), "2020-01-01T00:00:00+00:00"
    Lease.objects.update_or_create(
        name=allowance_runs.LEASE, defaults={"until": datetime.fromisoformat(ticket)}
    )
    after: int | None = 0
    while after is not None:
        after = allowances.grant_due(month, after)
    allowance_runs.finish(month, ticket)


def monthly(user: User) -> list[tuple[str, str, int]]:
    entries = CreditEntry.objects.filter(account__user=user, kind__in=allowances.MONTHLY).order_by("pk")
    return [(entry.kind, f"{entry.period:%b}", entry.amount) for entry in entries]
