"""Summer time, the end of a month, and years that old computers did not foresee: none of them moves money."""

from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.models import User
from studio.models import Attempt, CreditEntry, Task, clock
from studio.services import attempts, audit, credits, polls
from tests import factories
from tests.conftest import Order
from tests.factories import FAILED, PRICE, again
from tests.services.test_hooks import ring
from tests.time.shift import it_is, wrong_clock

MOMENTS = {
    "summer time begins": datetime(2027, 3, 28, 0, 59, 30, tzinfo=UTC),
    "summer time ends": datetime(2027, 10, 31, 0, 59, 30, tzinfo=UTC),
    "a leap day ends": datetime(2028, 2, 29, 23, 59, 30, tzinfo=UTC),
    "32 bits of seconds end": datetime(2038, 1, 19, 3, 13, 38, tzinfo=UTC),
    "33 bits of seconds end": datetime(2106, 2, 7, 6, 27, 46, tzinfo=UTC),
}


@pytest.fixture(params=MOMENTS.values(), ids=[name.replace(" ", "_") for name in MOMENTS], autouse=True)
def _half_a_minute_before(
    request: pytest.FixtureRequest, member: User, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """In a process that lives in Berlin, and goes by its own clock on every database."""
    monkeypatch.setattr(clock, "connection", SimpleNamespace(vendor="none with a clock of its own"))
    it_is(monkeypatch, request.param)
    with timezone.override(ZoneInfo("Europe/Berlin")):
        yield


def test_an_order_costs_what_it_costs_and_comes_back_whole(
    order: Order, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, returned = order(takes=2)
    factories.accepted(kept)
    factories.accepted(returned)
    wrong_clock(monkeypatch, 60)
    polls.record([(kept.pk, factories.song()), (returned.pk, FAILED)])
    assert (again(kept).status, again(returned).status) == (Task.Status.ARCHIVING, Task.Status.FAILED)
    assert credits.balance(member) == 100 - PRICE
    booked = CreditEntry.objects.filter(account__house=True).order_by("pk").values_list("kind", "amount")
    assert list(booked) == [("spend", -PRICE), ("spend", -PRICE), ("upstream_refund", PRICE)]
    assert audit.audit() == {}


def test_a_lease_is_ninety_seconds_long_and_a_decision_twenty_minutes_away(
    order: Order, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not an hour more or less because a clock on the wall was set."""
    order()
    attempt = factories.send()
    ends = []
    for seconds in (80, 20, 19 * 60, 70):
        wrong_clock(monkeypatch, seconds)
        attempts.expire_leases()
        attempts.decide_unknown()
        ends.append(again(attempt).status)
    unknown, lost = Attempt.Status.UNKNOWN, Attempt.Status.LOST
    assert ends == [Attempt.Status.SENT, unknown, unknown, lost]
    assert credits.balance(member) == 100
    assert audit.audit() == {}


def test_a_webhook_is_taken(order: Order) -> None:
    assert ring(factories.accepted(order()[0], "up-1")) == 200


def test_the_month_s_spending_begins_with_the_month(order: Order, member: User) -> None:
    order()
    assert credits.spent_this_month(member) == PRICE
