"""The provider's own balance: when it is looked at, what it proves, and what it must never prove."""

from datetime import timedelta
from typing import Any

import pytest

from studio.models import Attempt, CreditEntry, Task
from studio.services import audit, balances, hints, lines, polls, providers, tasks
from tests.conftest import Order
from tests.factories import FAILED, PRICE, accepted, again, bring_to, earlier, send, song, unknown, until
from tests.services.readings import START, mark, read, state
from tests.threads import at_once

Status = Task.Status


@pytest.fixture(autouse=True)
def _providers_charge_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "SETTLED_AFTER", timedelta(0))


def read_twice(total: int, attempt: Attempt, apart: timedelta = timedelta(seconds=11)) -> None:
    read(total)
    earlier(attempt, reading_at=apart)
    read(total)


@pytest.fixture
def known(db: None) -> None:
    """The provider was seen with a thousand credits."""
    read(START)


@pytest.fixture
def doubtful(known: None, order: Order) -> Attempt:
    """An unknown attempt in a quiet window."""
    return unknown(order()[0])


# -- Seen first -----------------------------------------------------------------------------------


def test_the_first_quiet_look_opens_the_books(db: None) -> None:
    seen = read(START)
    assert (seen.balance, seen.snapshot, seen.baseline) == (START, START, START)
    [topup] = CreditEntry.objects.filter(account__house=True)
    assert (topup.kind, topup.amount, topup.provider) == ("topup", START, "sandbox")
    assert audit.unexplained("sandbox", START) == 0


def test_an_empty_account_opens_the_books_too(db: None) -> None:
    seen = read(0)
    assert (seen.snapshot, CreditEntry.objects.count()) == (0, 0)


def test_a_look_while_an_order_is_under_way_opens_nothing(order: Order) -> None:
    accepted(order()[0])
    seen = read(START)
    assert (seen.balance, seen.snapshot, seen.baseline) == (START, None, None)
    assert audit.unexplained("sandbox", START) is None


@pytest.mark.usefixtures("known")
def test_what_was_spent_is_explained(order: Order) -> None:
    bring_to(order()[0], Status.DONE)
    seen = read(START - PRICE)
    assert (seen.snapshot, seen.baseline) == (START, START - PRICE)
    assert audit.unexplained("sandbox", START - PRICE) == 0


@pytest.mark.usefixtures("known")
def test_what_was_spent_behind_our_back_shows(order: Order) -> None:
    bring_to(order()[0], Status.DONE)
    assert audit.unexplained("sandbox", START - 2 * PRICE) == -PRICE
    read(START - 2 * PRICE)
    assert audit.unexplained("sandbox", START - 2 * PRICE) == -PRICE


# -- The proof ------------------------------------------------------------------------------------


def test_two_equal_readings_prove_that_nothing_was_accepted(doubtful: Attempt) -> None:
    read_twice(START, doubtful)
    assert again(doubtful).status == Attempt.Status.REJECTED
    assert again(doubtful.task).status == Status.QUEUED


def test_readings_soon_after_the_order_prove_nothing(
    doubtful: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A provider that is slow to answer may be slow to charge."""
    monkeypatch.setattr(lines, "SETTLED_AFTER", timedelta(minutes=2))
    read_twice(START, doubtful)
    read_twice(START, doubtful)
    assert again(doubtful).status == Attempt.Status.UNKNOWN
    earlier(doubtful, sent_at=timedelta(minutes=3))
    read_twice(START, doubtful)
    assert again(doubtful).status == Attempt.Status.REJECTED


def test_one_reading_proves_nothing(doubtful: Attempt) -> None:
    read(START)
    assert again(doubtful).status == Attempt.Status.UNKNOWN


def test_two_readings_in_one_breath_prove_nothing(doubtful: Attempt) -> None:
    read_twice(START, doubtful, apart=timedelta(seconds=9))
    assert again(doubtful).status == Attempt.Status.UNKNOWN


@pytest.mark.parametrize("total", [START - PRICE, START - 3, START + 1, START + PRICE, 0])
def test_another_balance_than_expected_proves_nothing(total: int, doubtful: Attempt) -> None:
    read_twice(total, doubtful)
    read_twice(total, doubtful)
    assert again(doubtful).status == Attempt.Status.UNKNOWN


def test_a_balance_that_moves_starts_the_wait_anew(doubtful: Attempt) -> None:
    read(START - 1)
    earlier(doubtful, reading_at=timedelta(seconds=11))
    read(START)
    assert again(doubtful).status == Attempt.Status.UNKNOWN
    earlier(doubtful, reading_at=timedelta(seconds=11))
    read(START)
    assert again(doubtful).status == Attempt.Status.REJECTED


def test_without_an_earlier_quiet_look_there_is_no_proof(order: Order) -> None:
    attempt = unknown(order()[0])
    read_twice(START, attempt)
    assert again(attempt).status == Attempt.Status.UNKNOWN


def test_spending_since_the_last_quiet_look_is_counted_in(known: None, order: Order) -> None:
    first, second = order(takes=2)
    accepted(first)
    attempt = unknown(second)
    polls.record([(first.pk, song())])
    read_twice(START, attempt)
    assert again(attempt).status == Attempt.Status.UNKNOWN
    read_twice(START - PRICE, attempt)
    assert again(attempt).status == Attempt.Status.REJECTED


def test_while_another_order_is_under_way_nothing_is_proved(doubtful: Attempt, order: Order) -> None:
    order()
    send()
    read(START)
    earlier(doubtful, reading_at=timedelta(seconds=11))
    read(START)
    assert again(doubtful).status == Attempt.Status.UNKNOWN


def test_what_was_sent_while_we_asked_spoils_the_reading(doubtful: Attempt, order: Order) -> None:
    read(START)
    earlier(doubtful, reading_at=timedelta(seconds=11))
    marker = mark()
    task = order()[0]
    accepted(task)
    tasks.move(task.pk, Status.ARCHIVING)
    balances.record(marker, START)
    assert again(doubtful).status == Attempt.Status.UNKNOWN


def test_an_order_whose_id_was_named_is_not_weighed(doubtful: Attempt) -> None:
    hints.take(doubtful, "up-1")
    read_twice(START, doubtful)
    assert again(doubtful).status == Attempt.Status.UNKNOWN


def test_credits_that_are_on_their_way_back_prove_nothing(known: None, order: Order) -> None:
    """The return of the first, late by seconds, would hide that the second was accepted."""
    first, second = order(takes=2)
    accepted(first)
    attempt = unknown(second)
    polls.record([(first.pk, FAILED)])
    read_twice(START, attempt)
    assert again(attempt).status == Attempt.Status.UNKNOWN
    earlier(first, ended_at=timedelta(minutes=2))
    read_twice(START, attempt)
    assert again(attempt).status == Attempt.Status.REJECTED


def test_a_song_that_was_given_up_may_still_give_its_credits_back(known: None, order: Order) -> None:
    first, second = order(takes=2)
    accepted(first)
    attempt = unknown(second)
    tasks.fail(first.pk, "Given up.", house="loss")
    earlier(first, ended_at=timedelta(hours=2))
    read_twice(START - PRICE, attempt)
    assert again(attempt).status == Attempt.Status.UNKNOWN


def test_no_quiet_look_while_credits_may_come_back(known: None, order: Order) -> None:
    task = order()[0]
    accepted(task)
    polls.record([(task.pk, FAILED)])
    assert read(START - PRICE).baseline == START
    earlier(task, ended_at=timedelta(minutes=2))
    assert read(START).baseline == START


# -- When it is looked at -------------------------------------------------------------------------


def test_a_balance_is_looked_at_every_five_minutes(db: None) -> None:
    mark()
    assert balances.claim_checks() == []
    assert timedelta(minutes=4) < until(state().check_after) <= timedelta(minutes=5)


def test_for_an_unknown_order_it_is_looked_at_soon(doubtful: Attempt) -> None:
    balances.hurry_for_unknown()
    assert until(state().check_after) <= timedelta(seconds=10)


@pytest.mark.usefixtures("known")
def test_without_an_unknown_order_there_is_no_hurry(order: Order) -> None:
    accepted(order()[0])
    balances.hurry_for_unknown()
    assert until(state().check_after) > timedelta(minutes=4)


@pytest.mark.django_db(transaction=True)
def test_sweeps_at_once_look_once(member: Any) -> None:
    providers.state_of("sandbox")
    looks = [marker for found in at_once(balances.claim_checks, 6) for marker in found]
    assert len(looks) == 1


def test_a_provider_is_looked_at_before_its_first_order(db: None) -> None:
    marker = balances.first_look("sandbox")
    assert marker is not None
    balances.record(marker, START)
    assert balances.first_look("sandbox") is None


def test_a_look_in_vain_keeps_nobody_waiting(db: None) -> None:
    assert balances.first_look("sandbox")
    balances.looked_in_vain("sandbox")
    assert balances.first_look("sandbox") is None
    assert state().balance is None
