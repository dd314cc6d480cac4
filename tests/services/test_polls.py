"""Polling: who is asked when, and what each answer means."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from django_q.models import OrmQ

from accounts.models import User
from studio.models import Attempt, CreditEntry, Task
from studio.music_api.errors import KeyRefused, MusicApiError, NotFound, Unavailable
from studio.music_api.types import PollResult, PollState
from studio.services import audit, credits, polls, tasks
from tests.conftest import Order
from tests.factories import FAILED, HOLLOW, RUNNING, accepted, again, ago, bring_to, earlier, song, until
from tests.threads import at_once

Status = Task.Status
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
VANISHED = NotFound("No such task.")
TROUBLE = [Unavailable("Bad gateway."), KeyRefused("Forbidden."), VANISHED]


@pytest.fixture
def running(order: Order) -> Task:
    task = order()[0]
    accepted(task, "up-1")
    return again(task)


def ledger(task: Task) -> list[str]:
    return [entry.kind for entry in task.credit_entries.order_by("pk")]


# -- Who is due -----------------------------------------------------------------------------------


def test_a_task_is_asked_for_when_its_time_has_come(running: Task) -> None:
    assert polls.claim_due() == []
    earlier(running, poll_after=SECOND)
    assert polls.claim_due() == [polls.Due(running.pk, "sandbox", "create_music", "up-1")]


def test_nobody_else_asks_until_the_lease_is_over(running: Task) -> None:
    earlier(running, poll_after=SECOND)
    polls.claim_due()
    assert polls.LEASE - SECOND < until(again(running).poll_after) <= polls.LEASE
    assert polls.claim_due() == []


def test_the_longest_waiting_is_asked_for_first_and_not_all_at_once(order: Order) -> None:
    placed = order(takes=3)
    for age, task in enumerate(placed):
        accepted(task)
        earlier(task, poll_after=age * MINUTE)
    assert [due.task_id for due in polls.claim_due(limit=2)] == [placed[2].pk, placed[1].pk]


@pytest.mark.django_db(transaction=True)
def test_sweeps_at_once_ask_for_each_task_once(order: Order) -> None:
    placed = order(takes=3)
    for task in placed:
        accepted(task)
        earlier(task, poll_after=SECOND)
    claimed = [due.task_id for found in at_once(polls.claim_due, 6) for due in found]
    assert sorted(claimed) == [task.pk for task in placed]


@pytest.mark.parametrize(
    ("age", "wait"),
    [
        (SECOND, 5),
        (119 * SECOND, 5),
        (121 * SECOND, 15),
        (59 * MINUTE, 15),
        (61 * MINUTE, 60),
        (23 * HOUR, 60),
    ],
)
def test_the_longer_it_takes_the_more_seldom_it_is_asked(
    age: timedelta, wait: int, settings: Any, db: None
) -> None:
    settings.POLL_SECONDS = 5
    now = timezone.now()
    assert polls.next_poll(Task(submitted_at=now - age), now) == now + wait * SECOND


def test_the_first_interval_is_a_setting(running: Task, settings: Any) -> None:
    settings.POLL_SECONDS = 1
    polls.record([(running.pk, RUNNING)])
    assert until(again(running).poll_after) <= SECOND


# -- Answers --------------------------------------------------------------------------------------


def test_a_success_is_stored_before_anything_is_fetched(running: Task) -> None:
    OrmQ.objects.all().delete()
    answer = song("clip-1")
    polls.record([(running.pk, answer)])
    task = again(running)
    assert (task.status, task.poll_after) == (Status.ARCHIVING, None)
    assert PollResult.from_dict(task.answer) == answer
    assert (polls.ARCHIVE_JOB, (task.pk,)) in [(row.func(), row.task["args"]) for row in OrmQ.objects.all()]


def test_a_failure_gives_everybody_the_credits_back(running: Task, member: User) -> None:
    polls.record([(running.pk, FAILED)])
    assert again(running).status == Status.FAILED
    assert again(running).reason == "The model stumbled."
    assert ledger(running) == ["charge", "spend", "refund", "upstream_refund"]
    assert (credits.balance(member), credits.house().balance) == (100, 0)


@pytest.mark.parametrize("first", [song(), FAILED], ids=["success", "failure"])
@pytest.mark.parametrize(
    "second", [song(), FAILED, RUNNING, VANISHED], ids=["success", "failure", "running", "404"]
)
def test_the_first_end_counts(first: PollResult, second: Any, running: Task) -> None:
    polls.record([(running.pk, first)])
    task, entries = again(running), ledger(running)
    polls.record([(running.pk, second)])
    now = again(running)
    assert (now.status, now.answer, now.poll_after) == (task.status, task.answer, None)
    assert ledger(running) == entries


def test_a_second_failure_that_was_asked_for_refunds_nothing_more(running: Task) -> None:
    polls.record([(running.pk, FAILED)])
    earlier(running, poll_after=SECOND)
    polls.record([(running.pk, FAILED)])
    assert ledger(running) == ["charge", "spend", "refund", "upstream_refund"]
    assert again(running).poll_after is None


def test_many_answers_are_stored_together(order: Order) -> None:
    first, second, third = order(takes=3)
    for task in (first, second, third):
        accepted(task)
    polls.record([(first.pk, RUNNING), (second.pk, FAILED), (third.pk, song())])
    statuses = [again(task).status for task in (first, second, third)]
    assert statuses == [Status.RUNNING, Status.FAILED, Status.ARCHIVING]


@pytest.mark.django_db(transaction=True)
def test_a_person_and_the_sweep_wait_for_each_other_in_one_order_only(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the sweep would hold the house and want the task, the person the other way round: a deadlock."""
    first, second = order(takes=2)
    for task in (first, second):
        accepted(task)
    book, others = credits.house_entry, []

    def give_up() -> Task | None:
        try:
            return tasks.fail(second.pk, "Given up.", house=CreditEntry.Kind.LOSS)
        finally:
            connection.close()

    def book_slowly(*entry: Any) -> None:
        book(*entry)
        if not others:
            others.append(pool.submit(give_up))
            time.sleep(0.3)  # for the other to take what locks it can

    monkeypatch.setattr(credits, "house_entry", book_slowly)
    with ThreadPoolExecutor(1) as pool:
        polls.record([(first.pk, FAILED), (second.pk, FAILED)])
        assert others[0].result(timeout=30) is None
    assert audit.audit() == {}


# -- Trouble on the way ---------------------------------------------------------------------------


@pytest.mark.parametrize("error", TROUBLE, ids=lambda error: type(error).__name__)
def test_trouble_is_no_verdict(error: MusicApiError, running: Task) -> None:
    for _ in range(30):
        polls.record([(running.pk, error)])
    assert again(running).status == Status.RUNNING
    assert ledger(running) == ["charge", "spend"]


@pytest.mark.parametrize(("failures", "wait"), [(0, 5), (1, 10), (2, 20), (3, 40), (4, 60), (50, 60)])
def test_who_does_not_answer_is_asked_more_seldom(failures: int, wait: int, running: Task) -> None:
    Task.objects.filter(pk=running.pk).update(poll_failures=failures)
    polls.record([(running.pk, Unavailable("Bad gateway."))])
    assert (wait - 1) * SECOND < until(again(running).poll_after) < wait * 1.2 * SECOND
    assert again(running).poll_failures == failures + 1


def test_an_answer_ends_the_patience(running: Task) -> None:
    Task.objects.filter(pk=running.pk).update(poll_failures=7, not_found_since=ago(MINUTE))
    polls.record([(running.pk, RUNNING)])
    assert (again(running).poll_failures, again(running).not_found_since) == (0, None)


def gone(task: Task, *, minutes: float, times: int) -> Task:
    """A task that has been answered with 404 so often and for so long."""
    Task.objects.filter(pk=task.pk).update(not_found_since=ago(minutes * MINUTE), poll_failures=times)
    return task


def test_what_is_gone_for_good_is_given_back(running: Task, member: User) -> None:
    gone(running, minutes=11, times=5)
    polls.record([(running.pk, VANISHED)])
    assert again(running).status == Status.FAILED
    assert ledger(running) == ["charge", "spend", "refund", "loss"]
    assert credits.balance(member) == 100


@pytest.mark.parametrize(("minutes", "times"), [(9, 50), (11, 4)])
def test_a_task_is_not_gone_after_a_moment_or_a_few_times(minutes: int, times: int, running: Task) -> None:
    gone(running, minutes=minutes, times=times)
    polls.record([(running.pk, VANISHED)])
    assert again(running).status == Status.RUNNING


def test_other_trouble_in_between_starts_the_count_anew(running: Task) -> None:
    gone(running, minutes=11, times=5)
    polls.record([(running.pk, Unavailable("Bad gateway."))])
    polls.record([(running.pk, VANISHED)])
    assert again(running).status == Status.RUNNING


# -- What never ends ------------------------------------------------------------------------------


def test_a_success_without_its_audio_is_none_yet(running: Task) -> None:
    polls.record([(running.pk, HOLLOW)])
    assert again(running).status == Status.RUNNING
    assert again(running).hollow_since is not None


def test_a_success_that_stays_without_audio_is_given_back(running: Task) -> None:
    earlier(running, hollow_since=11 * MINUTE)
    polls.record([(running.pk, HOLLOW)])
    assert again(running).status == Status.FAILED
    assert ledger(running) == ["charge", "spend", "refund", "loss"]


def test_a_song_that_was_hollow_once_and_goes_on_is_not_given_up(running: Task) -> None:
    earlier(running, hollow_since=11 * MINUTE)
    polls.record([(running.pk, RUNNING)])
    assert (again(running).status, again(running).hollow_since) == (Status.RUNNING, None)


@pytest.mark.parametrize("answer", [RUNNING, Unavailable("Bad gateway.")], ids=["running", "silent"])
@pytest.mark.parametrize(("hours", "status"), [(23, Status.RUNNING), (25, Status.FAILED)])
def test_after_a_day_the_credits_come_back(answer: Any, hours: int, status: str, running: Task) -> None:
    earlier(running, submitted_at=hours * HOUR)
    polls.record([(running.pk, answer)])
    assert again(running).status == status
    assert ledger(running) == ["charge", "spend", *(["refund", "loss"] if status == Status.FAILED else [])]


# -- The doorbell ---------------------------------------------------------------------------------


def test_who_rings_is_asked_for_at_once(running: Task) -> None:
    polls.poll_now(Attempt.objects.get(task=running))
    assert [due.task_id for due in polls.claim_due()] == [running.pk]


@pytest.mark.parametrize("status", [Status.ARCHIVING, Status.DONE])
def test_nobody_asks_for_what_is_known(status: str, order: Order) -> None:
    task = bring_to(order()[0], status)
    polls.poll_now(Attempt.objects.get(task=task))
    assert again(task).poll_after is None


def test_an_unknown_word_keeps_a_song_composing(running: Task) -> None:
    polls.record([(running.pk, PollResult(PollState.RUNNING, unknown_status="QUEUED2"))])
    assert (again(running).status, again(running).hollow_since) == (Status.RUNNING, None)


# -- What nobody foresaw --------------------------------------------------------------------------


def test_an_answer_that_cannot_be_stored_undoes_no_other(order: Order, running: Task) -> None:
    other = order()[0]
    accepted(other, "up-2")
    polls.record([(running.pk, song(title=object())), (other.pk, song("clip-2"))])
    assert (again(running).status, again(running).poll_failures) == (Status.RUNNING, 1)
    assert again(other).status == Status.ARCHIVING


def test_an_answer_that_can_never_be_stored_ends_with_the_day(running: Task) -> None:
    earlier(running, submitted_at=25 * HOUR)
    polls.record([(running.pk, song(title=object()))])
    assert ledger(running) == ["charge", "spend", "refund", "loss"]
