"""What is left of an allowance goes once, and the runs at the same moment or that die in between."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.models import User
from studio.models import CreditEntry, Task
from studio.services import allowance_rules, allowances, credits
from tests.conftest import Order
from tests.factories import PRICE, bring_to
from tests.services.months import FEB, JAN, MAR, Clock, Rule, clock, mara, monthly, rule, run
from tests.threads import at_once

__all__ = ["clock", "mara", "rule"]

Kind, Status = CreditEntry.Kind, Task.Status


# -- What expires ---------------------------------------------------------------------------------


def test_orders_take_from_the_allowance_first(mara: User, rule: Rule, clock: Clock, order: Order) -> None:
    credits.grant(mara, 500, reason="For the album")
    rule()
    run()
    order(takes=4)
    clock.go_to(FEB)
    run()
    assert monthly(mara)[-1] == ("expire", "Jan", -60)
    assert credits.balance(mara) == 600


def test_no_more_expires_than_there_was(mara: User, rule: Rule, clock: Clock) -> None:
    rule()
    run()
    credits.adjust(mara, -70, reason="counted wrong")
    clock.go_to(FEB)
    run()
    assert monthly(mara)[1:] == [("allowance", "Feb", 100), ("expire", "Jan", -30)]
    assert credits.balance(mara) == 100


def test_a_refund_that_comes_later_stays_the_person_s(
    mara: User, rule: Rule, clock: Clock, order: Order
) -> None:
    rule()
    run()
    placed = order(takes=2)
    bring_to(placed[0], Status.CANCELLED)
    clock.go_to(FEB)
    run()
    assert monthly(mara)[-1] == ("expire", "Jan", -90)
    bring_to(placed[1], Status.CANCELLED)
    clock.go_to(MAR)
    run()
    assert monthly(mara)[-1] == ("expire", "Feb", -100)
    assert credits.balance(mara) == 100 + PRICE


def test_what_was_spent_before_a_late_run_is_not_taken_from_later_credits(
    mara: User, rule: Rule, clock: Clock, owner: User, order: Order
) -> None:
    """The run came after the last credit was gone: there was nothing to take, and that is the end of it."""
    allowance_rules.end(rule(), by=owner)
    run()
    clock.go_to(FEB)
    for _ in range(2):
        order(takes=4)
    order(takes=2)
    run()
    credits.grant(mara, 50, reason="For the album")
    clock.go_to(MAR)
    run()
    assert monthly(mara) == [("allowance", "Jan", 100)]
    assert credits.balance(mara) == 50


def test_the_outlook_says_what_is_left_and_what_comes(
    mara: User, rule: Rule, clock: Clock, order: Order
) -> None:
    rule()
    own = rule(user=mara, credits=40, carry_over=True, next_month=True)
    run()
    order(takes=3)
    seen = allowances.outlook(mara)
    assert (seen.had, seen.left, seen.rule) == (100, 70, own)
    assert seen.next_at == datetime(2027, 2, 1, tzinfo=UTC)


# -- At the same moment, and dying in between -----------------------------------------------------


@pytest.fixture
def _many(mara: User, rule: Rule, clock: Clock) -> None:
    rule()
    clock.go_to(MAR)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_many")
def test_eight_runs_at_once_grant_once(mara: User) -> None:
    assert at_once(lambda: allowances.grant_due(MAR), 8) == [None] * 8
    assert [kind for kind, *_ in monthly(mara)].count("allowance") == 3
    assert credits.balance(mara) == 100


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_many")
def test_without_its_lock_they_would_not(mara: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: then only the database's own constraint stands in the way, and people see its error."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows.all())
    monkeypatch.setattr(allowances, "settle", allowances.settle.__wrapped__)
    wrong: list[Any] = []
    monkeypatch.setattr(allowances.log, "exception", lambda words, *_: wrong.append(words))
    for month in (date(2027, 3 + n, 1) for n in range(9)):
        at_once(lambda month=month: allowances.grant_due(month), 8)
        if wrong:
            return
    pytest.fail("eight runs without protection, and nothing went wrong")


def test_a_person_is_settled_wholly_or_not_at_all(
    mara: User, rule: Rule, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after each entry in turn: what is done is done once, and the next run goes on."""
    rule()
    clock.go_to(MAR)
    post, left = credits.monthly, [0]

    def dying(*args: Any, **more: Any) -> CreditEntry:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return post(*args, **more)

    monkeypatch.setattr(credits, "monthly", dying)
    for count in range(5):
        left[0] = count
        with pytest.raises(KeyboardInterrupt), transaction.atomic():
            allowances.settle(mara, MAR)
        assert monthly(mara) == []
    left[0] = 5
    allowances.settle(mara, MAR)
    assert (len(monthly(mara)), credits.balance(mara)) == (5, 100)


def test_the_database_itself_takes_no_second_one(mara: User) -> None:
    credits.monthly(mara, Kind.ALLOWANCE, 5, period=JAN, reason="January")
    with pytest.raises(IntegrityError), transaction.atomic():
        credits.monthly(mara, Kind.ALLOWANCE, 7, period=JAN, reason="January")
