"""What stops a provider's line, a refused key or a service that is away, and what sets it going again."""

from concurrent.futures import Future
from datetime import timedelta

import pytest
from django_q.models import OrmQ

from studio import sweep
from studio.models import ProviderState, Task
from studio.music_api.errors import KeyRefused, NotSent, OutOfCredits, RateLimited
from studio.services import attempts, balances, tasks
from tests.conftest import Order
from tests.factories import PRICE, again, ago, send, until
from tests.services.readings import START, mark, read, state

Status = Task.Status


@pytest.fixture
def known(db: None) -> None:
    """The provider was seen with a thousand credits."""
    read(START)


# -- Holds ----------------------------------------------------------------------------------------


def held(order: Order, error: type[Exception]) -> Task:
    task = order()[0]
    attempts.record_failure(send().pk, error("No."))
    return again(task)


@pytest.mark.parametrize(("total", "released"), [(PRICE - 1, False), (PRICE, True), (START, True)])
def test_a_hold_for_credits_ends_when_there_are_enough(total: int, released: bool, order: Order) -> None:
    task = held(order, OutOfCredits)
    OrmQ.objects.all().delete()
    read(total)
    assert bool(state().hold) is not released
    assert again(task).status == (Status.QUEUED if released else Status.HELD)
    rung = [row.func() for row in OrmQ.objects.all()]
    assert rung == ([tasks.SUBMIT_JOB] if released else [])


def test_a_hold_for_the_key_ends_when_the_key_is_taken_again(order: Order) -> None:
    task = held(order, KeyRefused)
    read(0)
    assert (state().hold, again(task).status) == ("", Status.QUEUED)


# -- Orders refused while the balance is shown ----------------------------------------------------


def refused(times: int) -> list[timedelta]:
    """The pause after each order that was refused for its key; the balance is shown all the time."""
    pauses = []
    for _ in range(times):
        held_again()
        pauses.append(until(state().paused_until))
        wait_out_the_pause()
        read(START)
    return pauses


def held_again() -> None:
    attempts.record_failure(send().pk, KeyRefused("No.", status=401))


def wait_out_the_pause() -> None:
    ProviderState.objects.update(paused_until=ago(timedelta(seconds=1)))


def test_the_pause_grows_up_to_an_hour(order: Order) -> None:
    order()
    pauses = [round(pause.total_seconds() / 60) for pause in refused(9)]
    assert pauses == [0, 1, 2, 4, 8, 16, 32, 60, 60]
    assert state().hold == ""


def test_a_good_balance_ends_the_hold_only_after_the_pause(order: Order) -> None:
    task = order()[0]
    refused(2)
    held_again()
    read(START)
    assert (bool(state().hold), again(task).status) == (True, Status.HELD)
    assert until(state().check_after) > timedelta(seconds=100), "no question every few seconds either"
    assert any("3 times in a row" in alert for alert in balances.alerts())
    wait_out_the_pause()
    read(START)
    assert (state().hold, again(task).status) == ("", Status.QUEUED)


def test_an_accepted_order_ends_the_row(order: Order) -> None:
    order(takes=2)
    refused(3)
    attempts.accept(send().pk, "up-1", source=attempts.ANSWER)
    assert refused(2)[1] < timedelta(seconds=61)


def test_a_key_that_the_balance_refuses_too_is_taken_again_at_once(order: Order) -> None:
    """Then it is the key, and somebody has put it right."""
    task = order()[0]
    refused(3)
    held_again()
    answer: Future[int] = Future()
    answer.set_exception(KeyRefused("No."))
    sweep._store_balance(mark(), answer)
    assert "refuses the studio's key" in state().hold
    read(START)
    assert (state().hold, again(task).status) == ("", Status.QUEUED)
    assert attempts.claim_next("sandbox")


# -- A provider that can't be reached -------------------------------------------------------------


def test_the_pause_ends_when_the_provider_answers_again(known: None, order: Order) -> None:
    task = order()[0]
    attempts.record_failure(send().pk, NotSent("It takes no connections.", retry_after=300))
    assert until(state().check_after) <= timedelta(seconds=30)
    assert attempts.claim_next("sandbox") is None
    OrmQ.objects.all().delete()
    read(START)
    assert [row.func() for row in OrmQ.objects.all()] == [tasks.SUBMIT_JOB]
    assert attempts.claim_next("sandbox") == task.attempts.last()


def test_a_provider_that_is_busy_is_given_its_time(known: None, order: Order) -> None:
    order()
    attempts.record_failure(send().pk, RateLimited("Slow down.", retry_after=300))
    read(START)
    assert attempts.claim_next("sandbox") is None


def test_while_it_can_not_be_reached_it_is_looked_at_more_often(known: None, order: Order) -> None:
    order()
    attempts.record_failure(send().pk, NotSent("It takes no connections."))
    mark()
    assert until(state().check_after) <= timedelta(seconds=15)


def test_while_on_hold_it_is_looked_at_more_often(order: Order) -> None:
    held(order, KeyRefused)
    mark()
    assert until(state().check_after) <= timedelta(seconds=15)
