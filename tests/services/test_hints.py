"""An id that somebody named: asked for, believed when a poll answers, forgotten when it is wrong."""

from datetime import timedelta
from typing import Any

import pytest
from django_q.models import OrmQ

from studio import jobs
from studio.errors import TooLate
from studio.models import Attempt, Task
from studio.services import hints, hooks
from tests.conftest import Order
from tests.factories import accepted, again, earlier, lost, send, unknown
from tests.sandbox.caller import Caller

Status, Sent = Task.Status, Attempt.Status


@pytest.fixture
def caller(upstream: Any) -> Caller:
    """Orders at the sandbox behind the studio's back."""
    return Caller(upstream.url)


def test_a_hint_is_remembered_and_rung_for(order: Order) -> None:
    attempt = unknown(order()[0])
    OrmQ.objects.all().delete()
    hints.enter(attempt.task, "up-1")
    assert again(attempt).hinted_id == "up-1"
    assert [(row.func(), row.task["args"]) for row in OrmQ.objects.all()] == [
        (hints.CONFIRM_JOB, (attempt.pk,))
    ]


def test_a_settled_attempt_takes_no_hint(order: Order) -> None:
    task = order()[0]
    attempt = accepted(task)
    with pytest.raises(TooLate):
        hints.enter(task, "up-2")
    assert again(attempt).hinted_id == ""


@pytest.mark.parametrize("state", [unknown, lost])
def test_an_id_that_a_poll_answers_is_believed(state: Any, order: Order, caller: Caller) -> None:
    task = order()[0]
    attempt = state(task)
    upstream_id = caller.submit(seed=task.params["seed"])
    hints.enter(task, upstream_id)
    jobs.confirm_hint(attempt.pk)
    assert again(task).upstream_id == upstream_id
    assert again(attempt).status == (Sent.ACCEPTED if state is unknown else Sent.LATE)


def test_a_young_order_may_not_be_known_yet(order: Order, caller: Caller) -> None:
    attempt = unknown(order()[0])
    hints.enter(attempt.task, "up-nobody-knows")
    jobs.confirm_hint(attempt.pk)
    assert again(attempt).hinted_id == "up-nobody-knows"


def test_an_id_that_nobody_knows_is_forgotten_later(order: Order, caller: Caller) -> None:
    attempt = unknown(order()[0])
    hints.enter(attempt.task, "up-nobody-knows")
    earlier(attempt, sent_at=timedelta(minutes=11))
    jobs.confirm_hint(attempt.pk)
    assert (again(attempt).hinted_id, again(attempt).status) == ("", Sent.UNKNOWN)


def test_the_id_of_another_order_is_forgotten(order: Order, caller: Caller) -> None:
    first, second = order(takes=2)
    taken = caller.submit()
    accepted(first, taken)
    attempt = unknown(second)
    hints.enter(second, taken)
    jobs.confirm_hint(attempt.pk)
    assert (again(attempt).hinted_id, again(second).status) == ("", Status.UNKNOWN)


def test_the_id_of_a_song_that_was_made_elsewhere_is_told_by_its_seed(order: Order, caller: Caller) -> None:
    attempt = unknown(order()[0])
    other = caller.submit(seed="4711")
    caller.end(other)
    hints.enter(attempt.task, other)
    jobs.confirm_hint(attempt.pk)
    assert (again(attempt).hinted_id, again(attempt).status) == ("", Sent.UNKNOWN)
    assert "its seed differs" in again(attempt).outcome


def test_a_webhook_needs_no_seed(order: Order, caller: Caller) -> None:
    """It is signed with the attempt's own secret; a provider may write seeds in its own way."""
    attempt = unknown(order()[0])
    named = caller.submit(seed="4711")
    caller.end(named)
    hooks._remember(attempt, "song.completed", named)
    jobs.confirm_hint(attempt.pk)
    assert again(attempt).status == Sent.ACCEPTED


def test_a_hint_stays_while_the_provider_is_silent(order: Order, settings: Any) -> None:
    attempt = unknown(order()[0])
    hints.enter(attempt.task, "up-1")
    earlier(attempt, sent_at=timedelta(minutes=11))
    settings.PROVIDERS = {}
    jobs.confirm_hint(attempt.pk)
    assert again(attempt).hinted_id == "up-1"


def test_a_newer_hint_is_not_forgotten_with_an_older_one(order: Order) -> None:
    attempt = unknown(order()[0])
    hints.take(attempt, "up-1")
    older = again(attempt)
    hints.take(attempt, "up-2")
    hints.drop(older)
    assert again(attempt).hinted_id == "up-2"


def test_only_open_attempts_of_the_last_days_wait(order: Order) -> None:
    settled, open_, old = (order()[0] for _ in range(3))
    accepted(settled)
    attempt, ancient = unknown(open_), lost(old)
    Attempt.objects.update(hinted_id="up-x")
    earlier(ancient, sent_at=timedelta(days=4))
    assert list(hints.waiting()) == [attempt]


def test_a_job_for_a_hint_that_is_gone_does_nothing(order: Order) -> None:
    order()
    attempt = send()
    jobs.confirm_hint(attempt.pk)
    assert again(attempt).status == Sent.SENT
