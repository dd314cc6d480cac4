"""What stops a provider's line, a refused key or a service that is away, and what sets it going again."""

from datetime import timedelta

import pytest
from django_q.models import OrmQ

from studio.models import Task
from studio.music_api.errors import KeyRefused, NotSent, OutOfCredits, RateLimited
from studio.services import attempts, tasks
from tests.conftest import Order
from tests.factories import PRICE, again, send, until
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
