"""Random orders, limits, raises, refunds and clocks: an order passes exactly when every block has room.

The books of the test are its own: what was ordered when, and which days are the same where the team lives.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from studio.models import Limit, Project, Task, Team
from studio.services import credits, limits, requests, standings, tasks
from tests.factories import PRICE

ZONES = ("UTC", "Europe/Berlin", "America/Santiago", "Pacific/Kiritimati")
BEGINNING = datetime(2026, 3, 26, 20, tzinfo=UTC)

who, where = st.integers(0, 1), st.integers(0, 1)
scopes = st.sampled_from(("user-0", "user-1", "project-0", "project-1", "team"))
periods = st.sampled_from(("day", "month"))
heights = st.integers(0, 5).map(lambda n: 5 * n)
steps = st.one_of(
    st.tuples(st.just("order"), who, where, st.integers(1, 3)),
    st.tuples(st.just("order"), who, where, st.just(1)),
    st.tuples(st.just("order"), who, where, st.just(1)),
    st.tuples(st.just("put"), scopes, periods, heights),
    st.tuples(st.just("put"), st.just("team"), periods, heights),
    st.tuples(st.just("remove"), scopes, periods),
    st.tuples(st.just("raise"), scopes, periods, heights.filter(bool)),
    st.tuples(st.just("refund"), st.integers(0, 9)),
    st.tuples(st.just("wait"), st.sampled_from((-1, 1, 3, 5, 24, 24 * 7))),
)


@dataclass
class Books:
    """What happened, kept apart from the studio's own."""

    zone: ZoneInfo
    now: datetime = BEGINNING
    orders: list[tuple[datetime, set[str], Task]] = field(default_factory=list)
    blocks: dict[tuple[str, str], int] = field(default_factory=dict)
    raises: dict[tuple[str, str, str], int] = field(default_factory=dict)
    passed: int = 0
    stopped: int = 0

    def name_of(self, period: str, moment: datetime) -> str:
        return moment.astimezone(self.zone).strftime("%Y-%m-%d" if period == "day" else "%Y-%m")

    def has_room(self, of: set[str], cost: int) -> bool:
        return all(self.room(*key) >= cost for key in self.blocks if key[0] in of)

    def room(self, scope: str, period: str) -> int:
        today = self.name_of(period, self.now)
        used = sum(PRICE for at, of, _ in self.orders if scope in of and self.name_of(period, at) == today)
        return self.blocks[scope, period] + self.raises.get((scope, period, today), 0) - used


@dataclass
class Play:
    """The same steps in the studio and in the books."""

    books: Books
    people: list[User]
    projects: list[Project]
    owner: User

    def order(self, who: int, where: int, takes: int) -> None:
        of = {f"user-{who}", f"project-{where}", "team"}
        given = {"provider": "sandbox", "operation": "create_music", "params": {"sound": "folk"}}
        whose = {"by": self.people[who], "project": self.projects[where]}
        fits = self.books.has_room(of, takes * PRICE)
        try:
            placed = tasks.order(**whose, takes=takes, form_key=uuid.uuid4(), **given)
        except limits.Blocked:
            assert not fits
            self.books.stopped += 1
        else:
            assert fits
            self.books.passed += 1
            self.books.orders += [(self.books.now, of, task) for task in placed]

    def put(self, scope: str, period: str, height: int) -> None:
        limits.put(by=self.owner, credits=height, period=period, action="block", **self._whose(scope))
        if scope == "team":  # a warning stops nothing
            limits.put(by=self.owner, credits=0, period=period, action="warn")
        self.books.blocks[scope, period] = height

    def remove(self, scope: str, period: str) -> None:
        if limit := self._limit(scope, period):
            limits.remove(limit.pk, by=self.owner)
            del self.books.blocks[scope, period]
            for key in [key for key in self.books.raises if key[:2] == (scope, period)]:
                del self.books.raises[key]

    def raise_(self, scope: str, period: str, by: int) -> None:
        if limit := self._limit(scope, period):
            asked = requests.ask(by=self.people[0], credits_wanted=1, reason="x", limit=limit)
            requests.grant(asked.pk, by=self.owner, amount=by, limit_id=limit.pk)
            key = (scope, period, self.books.name_of(period, self.books.now))
            self.books.raises[key] = self.books.raises.get(key, 0) + by

    def refund(self, number: int) -> None:
        if number < len(self.books.orders):
            _, _, task = self.books.orders.pop(number)
            tasks.cancel(task, by=task.created_by)

    def wait(self, hours: int) -> None:
        self.books.now += timedelta(hours=hours)

    def _whose(self, scope: str) -> dict[str, Any]:
        kind, _, number = scope.partition("-")
        rows = {"user": self.people, "project": self.projects}
        return {kind: rows[kind][int(number)]} if number else {}

    def _limit(self, scope: str, period: str) -> Limit | None:
        whose = {"user": None, "project": None, **self._whose(scope)}
        return Limit.objects.filter(**whose, period=period, action="block").first()


@pytest.fixture
def play(member: User, editor: User, owner: User, project: Project) -> Callable[[str], Play]:
    for each in (member, editor):
        credits.grant(each, 100_000, reason="for the test")
    other = Project.objects.create(name="Another", owner=member)
    Team.get()

    def begin(zone: str) -> Play:
        Team.objects.update(time_zone=zone)
        return Play(Books(ZoneInfo(zone)), [member, editor], [project, other], owner)

    return begin


def test_an_order_passes_exactly_when_every_block_has_room(
    play: Callable[[str], Play], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = {"passed": 0, "stopped": 0}

    @settings(max_examples=24, deadline=None, suppress_health_check=list(HealthCheck))
    @given(zone=st.sampled_from(ZONES), done=st.lists(steps, min_size=12, max_size=24))
    def run(zone: str, done: list[tuple[Any, ...]]) -> None:
        with transaction.atomic():
            now = play(zone)
            for module in (tasks, standings, limits, requests):
                monkeypatch.setattr(module, "db_now", lambda: now.books.now)
            for name, *given in done:
                getattr(now, "raise_" if name == "raise" else name)(*given)
            seen["passed"] += now.books.passed
            seen["stopped"] += now.books.stopped
            transaction.set_rollback(True)

    run()
    assert min(seen.values()) > 0, seen  # else nothing was tried
