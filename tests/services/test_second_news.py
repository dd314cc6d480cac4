"""A first attempt that turns out to be accepted while, or after, the next one was sent."""

from typing import Any

import pytest

from studio.models import Attempt, CreditEntry, Task
from studio.music_api.errors import Ambiguous, NotSent, OutOfCredits, RateLimited, Rejected
from studio.services import attempts, audit, credits, proofs, tasks
from tests.conftest import Order
from tests.factories import PRICE, again, send, unknown

Status, Sent = Task.Status, Attempt.Status


@pytest.fixture
def first(order: Order) -> Attempt:
    """Proved not accepted, which was wrong."""
    attempt = unknown(order()[0])
    assert proofs.prove_not_accepted(attempt.pk)
    return again(attempt)


def news(of: Attempt) -> None:
    assert attempts.accept(of.pk, "up-1", source="a webhook")


def runs_on(attempt: Attempt) -> None:
    task = again(attempt.task)
    assert (task.status, task.upstream_id) == (Status.RUNNING, "up-1")
    assert again(attempt).status == Sent.ACCEPTED
    assert audit.audit() == {}


def losses() -> int:
    return CreditEntry.objects.filter(kind="loss").count()


def test_a_held_order_goes_on_with_it(first: Attempt) -> None:
    attempts.record_failure(send().pk, OutOfCredits("No credits."))
    assert again(first.task).status == Status.HELD
    news(first)
    runs_on(first)


@pytest.mark.parametrize("error", [NotSent, RateLimited, Rejected, OutOfCredits])
def test_the_next_one_came_to_nothing(first: Attempt, error: Any) -> None:
    second = send()
    news(first)
    attempts.record_failure(second.pk, error("No."))
    runs_on(first)
    assert losses() == 0


def test_the_next_one_is_proved_not_accepted(first: Attempt) -> None:
    second = send()
    attempts.record_failure(second.pk, Ambiguous("Nothing."))
    news(first)
    assert proofs.prove_not_accepted(second.pk)
    runs_on(first)


def test_the_next_one_is_given_up(first: Attempt) -> None:
    second = send()
    attempts.record_failure(second.pk, Ambiguous("Nothing."))
    news(first)
    attempts.give_up(again(first.task), by=first.task.created_by)
    runs_on(first)


@pytest.mark.parametrize("turn", ["before", "after"])
def test_both_were_accepted_and_the_house_bears_one(first: Attempt, turn: str) -> None:
    second = send()
    if turn == "before":
        news(first)
    assert attempts.accept(second.pk, "up-2", source="the answer")
    if turn == "after":
        news(first)
    assert again(first.task).upstream_id == "up-2"
    assert (again(first).status, losses()) == (Sent.LATE, 1)
    assert audit.audit() == {}


def test_news_after_the_person_has_cancelled(first: Attempt) -> None:
    tasks.cancel(again(first.task), by=first.task.created_by)
    news(first)
    assert (again(first).status, losses()) == (Sent.LATE, 1)
    assert credits.balance(first.task.created_by) == 10 * PRICE


def test_a_late_refusal_is_as_certain_as_an_early_one(order: Order) -> None:
    attempt = unknown(order()[0])
    attempts.record_failure(attempt.pk, Rejected("Too long."))
    assert (again(attempt).status, again(attempt.task).status) == (Sent.REJECTED, Status.FAILED)


def test_a_late_riddle_is_none_the_clearer(order: Order) -> None:
    attempt = unknown(order()[0])
    attempts.record_failure(attempt.pk, Ambiguous("Nothing."))
    attempts.record_failure(attempt.pk, OutOfCredits("No credits."))
    assert again(attempt.task).status == Status.UNKNOWN


@pytest.mark.parametrize(("left", "enough"), [(None, PRICE), (3, PRICE), (PRICE + 5, PRICE + 6)])
def test_a_price_that_rose_is_waited_for(order: Order, left: int | None, enough: int) -> None:
    from studio.models import ProviderState

    order()
    attempts.record_failure(send().pk, OutOfCredits("No credits.", remaining=left))
    assert ProviderState.objects.get().needed_credits == enough
