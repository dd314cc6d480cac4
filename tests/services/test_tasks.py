"""Moving a task: what the table allows, what an end brings with it, and what a person may still do."""

from datetime import timedelta
from itertools import product

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from accounts.models import User
from studio.errors import TooLate
from studio.models import CreditEntry, Task, TaskEvent
from studio.services import attempts, credits, tasks
from tests import factories
from tests.conftest import Order
from tests.factories import PRICE, accepted, again, bring_to, earlier, unknown, until

Status = Task.Status
PAIRS = list(product(Status.values, Status.values))
ALLOWED = [(old, new) for old, new in PAIRS if new in Task.TRANSITIONS[old]]
REFUSED = [pair for pair in PAIRS if pair not in ALLOWED]


@pytest.mark.parametrize(("old", "new"), ALLOWED)
def test_an_allowed_move_is_made_and_written_down(old: str, new: str, order: Order, member: User) -> None:
    task = bring_to(order()[0], old)
    moved = tasks.move(task.pk, new, note="because", actor=member)
    assert moved is not None
    now = again(task)
    assert (now.status, now.version, now.ignored_moves) == (new, task.version + 1, task.ignored_moves)
    event = task.events.last()
    assert (event.old, event.new, event.note, event.actor) == (old, new, "because", member)


@pytest.mark.parametrize(("old", "new"), REFUSED)
def test_any_other_move_is_a_quiet_no_op_that_is_counted(old: str, new: str, order: Order) -> None:
    task = bring_to(order()[0], old)
    events, balance = task.events.count(), credits.balance(task.created_by)
    assert tasks.move(task.pk, new, reason="changed") is None
    now = again(task)
    assert (now.status, now.version, now.reason) == (old, task.version, task.reason)
    assert now.ignored_moves == task.ignored_moves + 1
    assert (task.events.count(), credits.balance(task.created_by)) == (events, balance)


@pytest.mark.parametrize(("old", "new"), [pair for pair in ALLOWED if pair[1] in Task.ENDED])
def test_an_end_has_a_time_and_stops_every_wake_up(old: str, new: str, order: Order) -> None:
    task = bring_to(order()[0], old)
    tasks.move(task.pk, new, poll_after=factories.ago(timedelta(0)))
    now = again(task)
    assert now.ended_at is not None
    assert (now.poll_after, now.archive_after, now.send_after) == (None, None, None)


@pytest.mark.parametrize(("old", "new"), ALLOWED)
def test_only_what_failed_or_was_cancelled_is_refunded_and_once(old: str, new: str, order: Order) -> None:
    task = bring_to(order()[0], old)
    tasks.move(task.pk, new)
    tasks.move(task.pk, Status.FAILED)
    tasks.move(task.pk, Status.FAILED)
    refunds = [entry.amount for entry in task.credit_entries.filter(kind=CreditEntry.Kind.REFUND)]
    assert refunds == ([] if again(task).status == Status.DONE else [PRICE])
    assert credits.balance(task.created_by) == 100 - (PRICE if again(task).status == Status.DONE else 0)


def test_a_move_may_be_bound_to_where_it_comes_from(order: Order) -> None:
    task = bring_to(order()[0], Status.RUNNING)
    assert tasks.move(task.pk, Status.FAILED, only_from=(Status.UNKNOWN,)) is None
    assert again(task).ignored_moves == 1
    assert tasks.move(task.pk, Status.FAILED, only_from=(Status.RUNNING,)) is not None


def test_a_move_that_can_not_be_finished_leaves_nothing_behind(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = bring_to(order()[0], Status.RUNNING)
    monkeypatch.setattr(credits, "refund", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        tasks.move(task.pk, Status.FAILED)
    assert again(task).status == Status.RUNNING
    assert task.events.last().new == Status.RUNNING


def test_a_place_that_gets_free_wakes_the_line(order: Order) -> None:
    first, second = order(takes=2)
    bring_to(first, Status.RUNNING)
    OrmQ.objects.all().delete()
    tasks.move(first.pk, Status.ARCHIVING)
    assert [row.func() for row in OrmQ.objects.all()] == [tasks.SUBMIT_JOB]
    assert again(second).status == Status.QUEUED


@pytest.mark.parametrize(
    ("old", "new"), [(Status.HELD, Status.CANCELLED), (Status.RUNNING, Status.ARCHIVING)]
)
def test_nobody_is_woken_for_no_free_place_or_no_line(old: str, new: str, order: Order) -> None:
    task = bring_to(order()[0], old)
    if old == Status.HELD:
        order()
    OrmQ.objects.all().delete()
    tasks.move(task.pk, new)
    assert not OrmQ.objects.exists()


# -- Failing, with what it means for the house ----------------------------------------------------


@pytest.mark.parametrize("kind", [CreditEntry.Kind.UPSTREAM_REFUND, CreditEntry.Kind.LOSS])
def test_a_failure_after_acceptance_says_who_bears_it(kind: str, order: Order) -> None:
    task = bring_to(order()[0], Status.RUNNING)
    assert tasks.fail(task.pk, "It broke.", house=kind)
    assert tasks.fail(task.pk, "It broke again.", house=kind) is None
    entries = task.credit_entries.filter(account__house=True).order_by("pk")
    sign = 1 if kind == CreditEntry.Kind.UPSTREAM_REFUND else -1
    assert [(entry.kind, entry.amount) for entry in entries] == [("spend", -PRICE), (kind, sign * PRICE)]
    assert again(task).reason == "It broke."


def test_a_song_that_the_house_bears_is_still_looked_for(order: Order) -> None:
    task = bring_to(order()[0], Status.RUNNING)
    tasks.fail(task.pk, "Gone.", house=CreditEntry.Kind.LOSS)
    assert timedelta(minutes=59) < until(again(task).poll_after) <= timedelta(hours=1)


def test_a_song_that_the_provider_gave_back_is_not_looked_for(order: Order) -> None:
    task = bring_to(order()[0], Status.RUNNING)
    tasks.fail(task.pk, "It broke.", house=CreditEntry.Kind.UPSTREAM_REFUND)
    assert again(task).poll_after is None


# -- A person's hand ------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [Status.QUEUED, Status.HELD])
def test_what_was_not_sent_can_be_cancelled(status: str, order: Order, member: User) -> None:
    task = bring_to(order()[0], status)
    tasks.cancel(task, by=member)
    assert again(task).status == Status.CANCELLED
    assert task.events.last().actor == member
    assert credits.balance(member) == 100


@pytest.mark.parametrize("status", sorted(set(Status.values) - {Status.QUEUED, Status.HELD}))
def test_what_was_sent_can_not_be_cancelled(status: str, order: Order, member: User) -> None:
    task = bring_to(order()[0], status)
    with pytest.raises(TooLate):
        tasks.cancel(task, by=member)
    assert again(task).status == status


def test_a_song_can_be_given_up_after_an_hour(order: Order, member: User) -> None:
    task = bring_to(order()[0], Status.RUNNING)
    earlier(task, submitted_at=timedelta(minutes=61))
    tasks.give_up(again(task), by=member)
    assert again(task).status == Status.FAILED
    assert credits.balance(member) == 100
    assert task.credit_entries.filter(kind=CreditEntry.Kind.LOSS).count() == 1


def test_who_gives_up_leaves_no_name_where_it_can_not_be_taken_back(order: Order, member: User) -> None:
    """Neither in the ledger nor in the history: both outlast the name."""
    composed, waiting = order(takes=2)
    accepted(composed)
    earlier(composed, submitted_at=timedelta(minutes=61))
    tasks.give_up(again(composed), by=member)
    attempt = unknown(waiting)
    attempts.give_up(waiting, by=member)
    told = [list(rows.values()) for rows in (CreditEntry.objects, TaskEvent.objects, Task.objects)]
    assert "Mara" not in f"{told} {again(attempt).outcome}"
    assert {event.actor for event in TaskEvent.objects.filter(new=Status.FAILED)} == {member}


@pytest.mark.parametrize(
    ("status", "minutes"),
    [(Status.RUNNING, 59), (Status.ARCHIVING, 61), (Status.DONE, 61), (Status.QUEUED, 61)],
)
def test_a_song_can_not_be_given_up(status: str, minutes: int, order: Order, member: User) -> None:
    task = bring_to(order()[0], status)
    earlier(task, submitted_at=timedelta(minutes=minutes))
    with pytest.raises(TooLate):
        tasks.give_up(again(task), by=member)
    assert again(task).status == status


@pytest.mark.parametrize("status", Status.values)
def test_only_a_song_that_is_composed_is_offered_to_be_given_up(status: str, db: None) -> None:
    task = Task(status=status, submitted_at=timezone.now() - timedelta(hours=2))
    assert tasks.can_give_up(task) is (status == Status.RUNNING)


def test_a_song_that_moved_on_meanwhile_is_not_given_up(order: Order, member: User) -> None:
    task = bring_to(order()[0], Status.RUNNING)
    earlier(task, submitted_at=timedelta(minutes=61))
    stale = again(task)
    tasks.move(task.pk, Status.ARCHIVING)
    with pytest.raises(TooLate):
        tasks.give_up(stale, by=member)
    assert again(task).status == Status.ARCHIVING
