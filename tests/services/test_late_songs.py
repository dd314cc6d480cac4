"""A song that comes after its refund: looked for, kept, and free."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from studio.models import CreditEntry, Task
from studio.music_api.errors import KeyRefused, NotFound, Unavailable
from studio.services import attempts, audit, credits, polls, tasks
from tests.conftest import Order
from tests.factories import FAILED, HOLLOW, RUNNING, accepted, again, earlier, lost, song, until

Status = Task.Status
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
VANISHED = NotFound("No such task.")
TROUBLE = [Unavailable("Bad gateway."), KeyRefused("Forbidden."), VANISHED]


@pytest.fixture
def running(order: Order) -> Task:
    task = order()[0]
    accepted(task, "up-1")
    return again(task)


def ledger(task: Task) -> list[str]:
    return [entry.kind for entry in task.credit_entries.order_by("pk")]


def given_up(task: Task) -> Task:
    """Refunded while the provider perhaps went on."""
    tasks.fail(task.pk, "Given up.", house=CreditEntry.Kind.LOSS)
    return again(task)


def test_a_late_song_is_kept_and_costs_nothing(running: Task, member: User) -> None:
    given_up(running)
    polls.record([(running.pk, song())])
    task = again(running)
    assert (task.status, task.poll_after) == (Status.FAILED, None)
    assert task.answer is not None
    assert until(task.archive_after) <= timedelta(0)
    assert (ledger(task), credits.balance(member)) == (["charge", "spend", "refund", "loss"], 100)


@pytest.mark.parametrize("answer", [RUNNING, HOLLOW, *TROUBLE], ids=lambda answer: type(answer).__name__)
def test_a_song_that_was_given_up_is_looked_for_once_an_hour(answer: Any, running: Task) -> None:
    given_up(running)
    polls.record([(running.pk, answer)])
    assert 59 * MINUTE < until(again(running).poll_after) <= HOUR
    assert ledger(running) == ["charge", "spend", "refund", "loss"]


@pytest.mark.parametrize("answer", [RUNNING, VANISHED], ids=["running", "404"])
def test_after_three_days_nobody_looks_any_more(answer: Any, running: Task) -> None:
    given_up(running)
    earlier(running, ended_at=timedelta(days=3, minutes=1))
    polls.record([(running.pk, answer)])
    assert again(running).poll_after is None


def test_a_late_failure_gives_the_house_its_credits_back(running: Task) -> None:
    given_up(running)
    polls.record([(running.pk, FAILED)])
    assert ledger(running) == ["charge", "spend", "refund", "loss", "upstream_refund"]
    assert again(running).poll_after is None
    assert audit.audit() == {}


def test_a_late_failure_of_a_lost_order_does_so_too(order: Order) -> None:
    attempt = lost(order()[0])
    attempts.accept(attempt.pk, "up-1", source="a webhook")
    polls.record([(attempt.task_id, FAILED)])
    assert ledger(attempt.task) == ["charge", "refund", "loss", "spend", "upstream_refund"]
