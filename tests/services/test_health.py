"""`health.check()` and the hourly audit: what counts as well, and what does not."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django_q.models import OrmQ

from accounts.models import User
from studio.models import AuditState, CreditAccount, Lease, ProviderState, Task, TaskEvent
from studio.models.clock import db_now
from studio.services import audit, health, providers, tasks, workers
from studio.sweep import Sweep
from tests.conftest import Order
from tests.factories import accepted, ago, earlier, unknown

pytestmark = pytest.mark.django_db

Status = Task.Status
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def beat(db: None) -> None:
    """Somebody works."""
    workers.beat(workers.SWEEP)


@pytest.fixture
def old_order(order: Order) -> Callable[..., Task]:
    """An order of half an hour ago."""

    def place() -> Task:
        task = order()[0]
        earlier(task, created_at=30 * MINUTE)
        TaskEvent.objects.update(at=ago(30 * MINUTE))
        return task

    return place


def problems() -> list[str]:
    return health.check().problems


def test_a_new_studio_is_well() -> None:
    found = health.check()
    assert (found.problems, found.database, found.oldest_waiting, found.audit_age) == ([], True, None, None)


# -- The workers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("age", "expected"), [(59, []), (61, ["workers"])])
def test_workers_beat(age: int, expected: list[str]) -> None:
    Lease.objects.update(beat_at=ago(timedelta(seconds=age)))
    assert problems() == expected


def test_a_long_job_beats_as_well() -> None:
    Lease.objects.update(beat_at=ago(HOUR))
    workers.beat(workers.JOBS)
    assert problems() == []


def test_without_any_worker_nothing_goes() -> None:
    Lease.objects.all().delete()
    assert problems() == ["workers"]


# -- The line -------------------------------------------------------------------------------------


def test_an_order_that_could_be_sent_waits_too_long(old_order: Any) -> None:
    old_order()
    found = health.check()
    assert found.problems == ["waiting"]
    assert found.oldest_waiting == pytest.approx(1800, abs=5)
    assert found.line_stands == pytest.approx(1800, abs=5)


def test_a_young_order_waits_its_time(order: Order) -> None:
    order()
    assert problems() == []


def because_of_a_hold(task: Task) -> None:
    providers.hold(task.provider, "Out of credits.")


def because_of_a_person(task: Task) -> None:
    providers.needs_attention(task.provider, "Post the cookie anew.")


def because_of_a_pause(task: Task) -> None:
    providers.pause(task.provider, retry_after=60, busy=False)


def because_all_places_are_taken(task: Task) -> None:
    providers.state_of(task.provider)
    ProviderState.objects.update(in_flight_limit=0)


def because_it_is_tried_again_later(task: Task) -> None:
    Task.objects.filter(pk=task.pk).update(send_after=db_now() + MINUTE)


def because_its_turn_has_just_come(task: Task) -> None:
    Task.objects.filter(pk=task.pk).update(send_after=ago(timedelta(seconds=5)))


def because_it_was_set_aside(task: Task) -> None:
    Task.objects.filter(pk=task.pk).update(parked=True)


def because_the_pause_is_just_over(task: Task) -> None:
    providers.pause(task.provider, retry_after=60, busy=False)
    ProviderState.objects.update(paused_until=ago(timedelta(seconds=5)))


def because_the_provider_is_off(task: Task) -> None:
    Task.objects.filter(pk=task.pk).update(provider="musicapi")


REASONS = [
    because_of_a_hold,
    because_of_a_person,
    because_of_a_pause,
    because_all_places_are_taken,
    because_it_is_tried_again_later,
    because_its_turn_has_just_come,
    because_it_was_set_aside,
    because_the_pause_is_just_over,
    because_the_provider_is_off,
]


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.__name__)
def test_an_order_may_wait_for_long(old_order: Any, reason: Callable[[Task], None]) -> None:
    reason(old_order())
    assert problems() == []


def test_a_line_that_moves_is_well(old_order: Any, order: Order) -> None:
    """An order behind many others waits long, but one of them was sent a moment ago."""
    first = old_order()
    old_order()
    accepted(first)
    assert problems() == []
    TaskEvent.objects.update(at=ago(30 * MINUTE))
    assert problems() == ["waiting"]


def test_new_orders_alone_do_not_move_a_line(old_order: Any, order: Order) -> None:
    old_order()
    order()
    assert problems() == ["waiting"]


def test_many_new_orders_do_not_hide_that_it_moves(old_order: Any, order: Order) -> None:
    first = old_order()
    waiting = old_order()
    accepted(first)
    new = [TaskEvent(task=waiting, at=db_now(), new=Status.QUEUED) for _ in range(500)]
    TaskEvent.objects.bulk_create(new)
    assert problems() == []


def test_each_provider_has_a_line_of_its_own(old_order: Any, order: Order) -> None:
    moved = old_order()
    old_order()
    accepted(moved)
    Task.objects.filter(pk=moved.pk).update(provider="musicapi")
    assert problems() == ["waiting"]


# -- The database ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [OperationalError, InterfaceError])
def test_a_database_that_is_away_is_said(kind: type[Exception]) -> None:
    def away(*_: Any) -> None:
        raise kind("connection already closed")

    with connection.execute_wrapper(away):
        found = health.check()
    assert (found.problems, found.database) == (["database"], False)


# -- The audit ------------------------------------------------------------------------------------


def misbook(by: int = 1) -> None:
    CreditAccount.objects.filter(house=False).update(balance=F("balance") + by)


def test_an_unclean_audit_is_no_good_health_until_a_clean_one(member: User) -> None:
    misbook()
    assert audit.run() == {"a balance is the sum of its entries": ["Mara Member"]}
    assert (problems(), health.check().audit_age) == (["audit"], None)
    misbook(-1)
    assert audit.run() == {}
    assert (problems(), health.check().audit_age) == ([], pytest.approx(0, abs=5))


@pytest.mark.parametrize(("hours", "expected"), [(2.9, []), (3.1, ["audit"])])
def test_an_audit_is_made_every_hour(hours: float, expected: list[str]) -> None:
    audit.run()
    AuditState.objects.update(since=ago(100 * HOUR), clean_at=ago(hours * HOUR))
    assert problems() == expected


@pytest.mark.parametrize(("hours", "expected"), [(2.9, []), (3.1, ["audit"])])
def test_the_first_audit_has_its_time_too(hours: float, expected: list[str]) -> None:
    audit.ring_due()
    AuditState.objects.update(since=ago(hours * HOUR))
    assert problems() == expected


def test_the_audit_is_rung_for_when_it_is_due(run_jobs: Any) -> None:
    assert not audit.ring_due()
    assert not audit.ring_due()
    AuditState.objects.update(due_at=ago(MINUTE))
    assert audit.ring_due()
    assert not audit.ring_due(), "it is under way"
    assert OrmQ.objects.count() == 1
    assert run_jobs() == 1
    state = AuditState.objects.get()
    assert state.clean_at == state.ended_at
    assert state.due_at - db_now() > 59 * MINUTE


def test_the_sweep_sees_to_it() -> None:
    sweep = Sweep()
    sweep.ring()
    sweep.stop()
    assert AuditState.objects.get().since <= db_now()


def test_an_audit_whose_worker_died_is_rung_for_again() -> None:
    audit.ring_due()
    AuditState.objects.update(due_at=ago(MINUTE))
    audit.ring_due()
    assert AuditState.objects.get().due_at - db_now() < audit.AGAIN_AFTER
    AuditState.objects.update(due_at=ago(MINUTE))
    assert audit.ring_due()


def test_broken_books_are_looked_at_again_soon(member: User, run_jobs: Any, caplog: Any) -> None:
    audit.ring_due()
    AuditState.objects.update(due_at=ago(MINUTE))
    misbook()
    audit.ring_due()
    run_jobs()
    assert AuditState.objects.get().due_at - db_now() < audit.AGAIN_AFTER
    assert "the books are not right: a balance is the sum of its entries (1)" in caplog.text


# -- What it costs --------------------------------------------------------------------------------


def test_a_thousand_orders_cost_as_many_queries_as_ten(order: Order, member: User) -> None:
    unknown(order()[0])
    audit.run()
    counts = []
    for more in (10, 200):
        row = Task.objects.latest("pk")
        copies = [Task(**copy_of(row, n + more)) for n in range(more)]
        made = Task.objects.bulk_create(copies)
        TaskEvent.objects.bulk_create(TaskEvent(task=t, at=db_now(), new=t.status) for t in made)
        with CaptureQueriesContext(connection) as captured:
            health.check()
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 14


def copy_of(task: Task, number: int) -> dict[str, Any]:
    same = ("project_id", "created_by_id", "provider", "operation", "params", "price")
    fields = {name: getattr(task, name) for name in same}
    return {**fields, "form_key": f"00000000-0000-0000-0000-{number:012d}", "status": tasks.Status.QUEUED}
