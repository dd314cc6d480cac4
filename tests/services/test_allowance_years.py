"""Two years of allowances: rules, roles, orders and refunds at any time, runs that are late, missing, cut off
or made by a clock that is behind. Afterwards a clerk who was never late comes to the same books."""

import itertools
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import Role, TrailEvent, User
from studio.errors import NotEnoughCredits
from studio.models import Allowance, CreditAccount, CreditEntry, Lease, Project, Task
from studio.services import allowance_rules, allowance_runs, allowances, credits, team
from studio.services.team import month_after
from tests.conftest import person

START = datetime(2027, 1, 1, 9, tzinfo=UTC)
What, Kind = TrailEvent.What, CreditEntry.Kind
ROLES = [Role.MEMBER, Role.MANAGER, Role.GUEST]
NAMES = ["mara", "edda", "vito"]


def month_of(moment: datetime) -> date:
    return moment.date().replace(day=1)


@dataclass
class Clerk:
    """Writes down what happens, and works out by hand what everybody is to get.

    Of a rule and a person the first moment of a month counts at which both were there.
    """

    now: datetime = START
    roles: dict[int, str] = field(default_factory=dict)
    there: dict[int, bool] = field(default_factory=dict)
    rules: dict[int, tuple[str | int, int, bool, date, date]] = field(default_factory=dict)
    met: set[tuple[int, int, date]] = field(default_factory=set)
    decided: dict[tuple[int, date], tuple[int, bool]] = field(default_factory=dict)
    money: list[tuple[datetime, int, int, datetime | None]] = field(default_factory=list)

    def go_on(self, until: datetime) -> None:
        """The first of each month passes, on which everybody is looked at."""
        while month_of(self.now) < month_of(until):
            self.now = datetime.combine(month_after(month_of(self.now)), datetime.min.time(), UTC)
            self.look()
        self.now = max(self.now, until)

    def look(self) -> None:
        month = month_of(self.now)
        for who in [who for who, there in self.there.items() if there]:
            meets = [key for key in self.rules if (key, who, month) not in self.met]
            self.met |= {(key, who, month) for key in meets}
            fits = [self.rules[key] for key in meets if self.rules[key][0] in (who, self.roles[who])]
            holds = [rule for rule in fits if rule[3] <= month < rule[4]]
            for rule in sorted(holds, key=lambda rule: isinstance(rule[0], str))[:1]:
                self.decided.setdefault((who, month), rule[1:3])

    def knows(self, rows: list[Allowance]) -> None:
        for row in rows:
            until = row.until or date.max
            self.rules[row.pk] = (row.role or row.user_id, row.credits, row.carry_over, row.since, until)

    def grants(self, who: int) -> dict[date, int]:
        return {month: amount for (of, month), (amount, _) in self.decided.items() if of == who and amount}

    def check(self, who: int, entries: list[CreditEntry]) -> None:
        granted = {entry.period: entry.amount for entry in entries if entry.kind == Kind.ALLOWANCE}
        assert granted == self.grants(who), f"granted {granted}, should be {self.grants(who)}"
        expired = {entry.period: -entry.amount for entry in entries if entry.kind == Kind.EXPIRE}
        balances = dict(zip(entries, itertools.accumulate(entry.amount for entry in entries), strict=True))
        assert min(balances.values(), default=0) >= 0
        for month, amount in granted.items():
            if month_after(month) <= month_of(self.now):
                right = 0 if self.decided[who, month][1] else self._left(who, month, amount, granted, expired)
                this = expired.get(month, 0)
                assert this <= right, f"{this} of {month} expired, should be {right}"
                # Less only where a late run found that the rest was spent since.
                end = datetime.combine(month_after(month), datetime.min.time(), UTC)
                assert this == right or any(not has and entry.at >= end for entry, has in balances.items())
        assert expired.keys() <= granted.keys()

    def _left(
        self, who: int, month: date, amount: int, granted: dict[date, int], expired: dict[date, int]
    ) -> int:
        begin = datetime.combine(month, datetime.min.time(), UTC)
        end = datetime.combine(month_after(month), datetime.min.time(), UTC)
        mine = [(at, more, ordered) for at, of, more, ordered in self.money if of == who and at < end]
        spent = -sum(more for _, more, ordered in mine if ordered and ordered >= begin)
        has = sum(more for _, more, _ in mine)
        has += sum(more for each, more in granted.items() if each <= month)
        has -= sum(less for each, less in expired.items() if each < month)
        return max(0, min(amount - spent, has))


class World:
    """The studio itself. The clerk hears of everything that people do, and of no run."""

    def __init__(self, owner: User, patch: pytest.MonkeyPatch) -> None:
        self.clerk, self.owner, self.clock = Clerk(), owner, START
        patch.setattr("django.utils.timezone.now", lambda: self.clock)
        for module in (team, allowances, allowance_runs):
            patch.setattr(module, "db_now", lambda: self.clock)
        self.people = [person(f"{name}@example.org", Role.MEMBER, name) for name in NAMES]
        User.objects.update(date_joined=START)
        self.clerk.roles = dict.fromkeys([user.pk for user in self.people], Role.MEMBER)
        self.clerk.there = dict.fromkeys(self.clerk.roles, True)
        self.orders: list[tuple[Task, datetime]] = []

    def do(self, hours: int, verb: str, who: int, number: int, flag: bool, other: bool) -> None:
        self.clock += timedelta(hours=hours)
        self.clerk.go_on(self.clock)
        getattr(self, verb)(User.objects.get(pk=self.people[who % 3].pk), number, flag, other)
        self.clerk.knows(list(Allowance.objects.all()))
        self.clerk.look()

    def rule(self, user: User, number: int, flag: bool, other: bool) -> None:
        whom: dict[str, Any] = {"user": user} if number % 3 == 0 else {"role": ROLES[number % 2]}
        given = {"credits": number if "user" in whom else number + 1, "carry_over": flag, "next_month": other}
        with suppress(allowance_rules.HadAlready):
            allowance_rules.begin(**whom, **given, by=self.owner)

    def end(self, user: User, number: int, *_: bool) -> None:
        if rules := list(Allowance.objects.filter(until=None).order_by("pk")):
            allowance_rules.end(rules[number % len(rules)], by=self.owner)

    def role(self, user: User, number: int, *_: bool) -> None:
        new = ROLES[number % 3]
        TrailEvent.objects.write(What.ROLE, about=user, old=user.role, new=new)
        User.objects.filter(pk=user.pk).update(role=new)
        self.clerk.roles[user.pk] = new

    def leave_or_come(self, user: User, *_: Any) -> None:
        comes = not self.clerk.there[user.pk]
        TrailEvent.objects.write(What.REACTIVATED if comes else What.DEACTIVATED, about=user)
        User.objects.filter(pk=user.pk).update(is_active=comes)
        self.clerk.there[user.pk] = comes

    def order(self, user: User, number: int, *_: bool) -> None:
        project = Project.objects.get(owner=user)
        what = {"form_key": uuid.uuid4(), "provider": "sandbox", "operation": "create_music"}
        task = Task(project=project, created_by=user, price=number + 1, **what)
        try:
            with transaction.atomic():
                task.save()
                credits.charge(task)
        except NotEnoughCredits:
            return
        self.orders.append((task, self.clock))
        self.clerk.money.append((self.clock, user.pk, -task.price, self.clock))

    def refund(self, user: User, number: int, *_: bool) -> None:
        if self.orders:
            task, at = self.orders.pop(number % len(self.orders))
            credits.refund(task, "It failed.")
            self.clerk.money.append((self.clock, task.created_by_id, task.price, at))

    def by_hand(self, user: User, number: int, flag: bool, _: bool) -> None:
        amount = number + 1 if flag else -number - 1
        try:
            with transaction.atomic():
                credits.adjust(user, amount, reason="for the test")
        except NotEnoughCredits:
            return
        self.clerk.money.append((self.clock, user.pk, amount, None))

    def run(self, user: User, number: int, flag: bool, other: bool) -> None:
        """`flag`: it dies before it has come to this person; `other`: by a clock that is days behind."""
        real = self.clock
        self.clock -= timedelta(days=number if other else 0)
        month, ticket = team.calendar().this_month(), "2020-01-01T00:00:00+00:00"
        until = {"until": datetime.fromisoformat(ticket)}
        Lease.objects.update_or_create(name=allowance_runs.LEASE, defaults=until)
        if flag:
            for each in User.objects.filter(pk__lt=user.pk):
                allowances.settle(each, month, allowance_runs.settled_up_to(month))
        else:
            assert allowances.grant_due(month) is None
            allowance_runs.finish(month, ticket)
        self.clock = real

    def check(self) -> None:
        self.run(self.people[0], 0, False, False)
        for user in self.people:
            entries = list(CreditEntry.objects.filter(account__user=user).order_by("pk"))
            assert CreditAccount.objects.get(user=user).balance == sum(entry.amount for entry in entries)
            self.clerk.check(user.pk, entries)


VERBS = ["rule", "end", "role", "leave_or_come", *["order"] * 3, "refund", "by_hand", *["run"] * 3]
STEPS = st.lists(
    st.tuples(
        st.integers(0, 50 * 24),
        st.sampled_from(VERBS),
        st.integers(0, 2),
        st.integers(0, 60),
        st.booleans(),
        st.booleans(),
    ),
    min_size=28,
    max_size=34,
)


def two_years(owner: User, examples: int) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(steps=STEPS)
    def live(steps: list[tuple[int, str, int, int, bool, bool]]) -> None:
        with pytest.MonkeyPatch.context() as patch, transaction.atomic():
            world = World(owner, patch)
            world.do(0, "rule", 0, 31, False, False)
            for step in steps:
                world.do(*step)
            world.check()
            transaction.set_rollback(True)

    live()


def test_each_month_comes_once_and_goes_once(owner: User) -> None:
    two_years(owner, 5)


def only_this_month(patch: pytest.MonkeyPatch) -> None:
    settle = allowances.settle
    patch.setattr(allowances, "settle", lambda user, month, done: settle(user, month, month))


def any_refund(patch: pytest.MonkeyPatch) -> None:
    every = lambda start: allowances.Q(kind__in=(Kind.CHARGE, Kind.REFUND), at__gte=start)  # noqa: E731
    patch.setattr(allowances, "_of_orders_since", every)


@pytest.mark.parametrize("naive", [only_this_month, any_refund])
def test_the_clerk_finds_what_is_wrong(
    naive: Callable[[pytest.MonkeyPatch], None], owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    naive(monkeypatch)
    with pytest.raises(AssertionError, match="should be"):
        two_years(owner, 30)
