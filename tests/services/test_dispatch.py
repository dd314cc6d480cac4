"""Who goes next, when nothing may be sent, and what rings again."""

from datetime import timedelta
from typing import Any

import pytest
from django_q.models import OrmQ

from accounts.models import User
from studio.models import Attempt, Task
from studio.services import attempts, dispatch, hints, providers, tasks
from tests.conftest import Order
from tests.factories import accepted, again, ago, bring_to, earlier, send, unknown
from tests.threads import at_once

Status = Task.Status


def set_state(**fields: Any) -> None:
    state = providers.state_of("sandbox")
    type(state).objects.filter(pk=state.pk).update(**fields)


def rings() -> list[tuple[str, tuple[Any, ...]]]:
    """What is rung for since the last look."""
    found = [(row.func(), row.task["args"]) for row in OrmQ.objects.order_by("pk")]
    OrmQ.objects.all().delete()
    return found


@pytest.fixture
def quiet(order: Order) -> Order:
    """Orders whose first ring got lost."""

    def place(**changes: Any) -> list[Task]:
        placed = order(**changes)
        OrmQ.objects.all().delete()
        Task.objects.update(woken_at=ago(timedelta(seconds=6)))
        return placed

    return place


# -- The line -------------------------------------------------------------------------------------


def test_the_oldest_order_goes_first(order: Order) -> None:
    first, second = order()[0], order()[0]
    assert [send().task_id, send().task_id] == [first.pk, second.pk]


def test_the_person_with_the_fewest_orders_in_flight_goes_next(order: Order, editor: User) -> None:
    mine, theirs = order(takes=3), order(takes=2, by=editor)
    line = [send().task_id for _ in range(4)]
    assert line == [mine[0].pk, theirs[0].pk, mine[1].pk, theirs[1].pk]


def test_an_empty_line_gives_nothing(order: Order) -> None:
    bring_to(order()[0], Status.RUNNING)
    assert attempts.claim_next("sandbox") is None


def test_an_order_waits_for_its_own_time(order: Order) -> None:
    task, other = order(takes=2)
    earlier(task, send_after=timedelta(minutes=-1))
    assert send().task_id == other.pk
    earlier(task, send_after=timedelta(seconds=1))
    assert send().task_id == task.pk


def test_what_was_set_aside_is_not_sent(order: Order) -> None:
    Task.objects.filter(pk=order()[0].pk).update(parked=True)
    assert attempts.claim_next("sandbox") is None


def test_no_more_is_in_flight_than_the_provider_takes(order: Order) -> None:
    order(takes=3)
    set_state(in_flight_limit=2)
    first = send()
    send()
    assert attempts.claim_next("sandbox") is None
    attempts.accept(first.pk, "up-1", source="the answer")
    tasks.move(first.task_id, Status.ARCHIVING)
    assert attempts.claim_next("sandbox") is not None


def test_nothing_is_sent_to_a_provider_on_hold(order: Order) -> None:
    task = order()[0]
    set_state(hold="No credits.")
    assert attempts.claim_next("sandbox") is None
    assert again(task).status == Status.QUEUED


def test_nothing_is_sent_during_a_pause(order: Order) -> None:
    task = order()[0]
    set_state(paused_until=ago(-timedelta(minutes=1)))
    assert attempts.claim_next("sandbox") is None
    assert again(task).status == Status.QUEUED


def test_a_pause_ends_by_itself(order: Order) -> None:
    order()
    set_state(paused_until=ago(timedelta(seconds=1)))
    assert attempts.claim_next("sandbox") is not None


def test_nothing_is_sent_to_a_provider_that_is_switched_off(order: Order, settings: Any) -> None:
    task = order()[0]
    settings.PROVIDERS = {"aimusicapi": ("https://api.example", "key")}
    assert attempts.claim_next("sandbox") is None
    assert (again(task).status, Attempt.objects.count()) == (Status.QUEUED, 0)


@pytest.fixture
def careful(settings: Any) -> None:
    """A provider that wants a second between two paid calls."""
    settings.PROVIDERS = {"aimusicapi": ("https://api.example", "key")}


@pytest.mark.usefixtures("careful")
def test_two_paid_calls_keep_their_distance_even_when_the_first_is_answered(order: Order) -> None:
    order(takes=2, provider="aimusicapi")
    first = send("aimusicapi")
    attempts.accept(first.pk, "up-1", source="the answer")
    assert attempts.claim_next("aimusicapi") is None
    earlier(first, sent_at=timedelta(seconds=1))
    assert attempts.claim_next("aimusicapi") is not None


def test_a_claim_is_written_down_before_anything_is_sent(order: Order) -> None:
    task = order()[0]
    attempt = send()
    now = again(task)
    assert (now.status, now.claims, now.submitted_at) == (Status.SUBMITTING, 1, attempt.sent_at)
    assert attempt.lease_until - attempt.sent_at == attempts.LEASE
    assert len(attempt.token) == 43


@pytest.mark.django_db(transaction=True)
def test_workers_that_ring_at_once_send_each_order_once(order: Order) -> None:
    placed = order(takes=2)
    claimed = [attempt.task_id for attempt in at_once(lambda: attempts.claim_next("sandbox"), 8) if attempt]
    assert sorted(claimed) == [task.pk for task in placed]
    assert Attempt.objects.count() == 2


# -- Ringing again --------------------------------------------------------------------------------


def test_an_order_whose_ring_got_lost_is_rung_for(quiet: Order) -> None:
    quiet()
    dispatch.ring_waiting()
    assert rings() == [(tasks.SUBMIT_JOB, ("sandbox",))]
    dispatch.ring_waiting()
    assert rings() == []


def test_an_order_that_was_just_rung_for_is_left_to_its_ring(order: Order) -> None:
    order()
    rings()
    dispatch.ring_waiting()
    assert rings() == []


def test_no_more_rings_than_places(quiet: Order) -> None:
    quiet(takes=4)
    set_state(in_flight_limit=2)
    dispatch.ring_waiting()
    assert len(rings()) == 2


@pytest.mark.usefixtures("careful")
def test_one_ring_at_a_time_where_orders_keep_their_distance(quiet: Order) -> None:
    quiet(takes=3, provider="aimusicapi")
    dispatch.ring_waiting()
    dispatch.ring_waiting()
    assert len(rings()) == 2
    send("aimusicapi")
    dispatch.ring_waiting()
    assert rings() == []


def test_no_rings_while_nothing_may_be_sent(quiet: Order) -> None:
    quiet()
    set_state(hold="No credits.")
    dispatch.ring_waiting()
    assert rings() == []


def test_no_rings_for_what_must_wait_or_was_set_aside(quiet: Order) -> None:
    waiting, parked = quiet(takes=2)
    earlier(waiting, send_after=timedelta(minutes=-1))
    Task.objects.filter(pk=parked.pk).update(parked=True)
    dispatch.ring_waiting()
    assert rings() == []


def test_a_hint_that_nobody_confirmed_is_rung_for(quiet: Order) -> None:
    attempt = unknown(quiet()[0])
    hints.take(attempt, "up-1")
    rings()
    dispatch.ring_waiting()
    assert rings() == []
    Task.objects.update(woken_at=ago(timedelta(seconds=6)))
    dispatch.ring_waiting()
    assert rings() == [(hints.CONFIRM_JOB, (attempt.pk,))]


def test_an_order_that_runs_is_not_rung_for(quiet: Order) -> None:
    accepted(quiet()[0])
    Task.objects.update(woken_at=ago(timedelta(seconds=6)))
    rings()
    dispatch.ring_waiting()
    assert rings() == []
