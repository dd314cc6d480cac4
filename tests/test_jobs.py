"""The jobs against a real sandbox: every way an order can go between claim and library."""

import socket
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django_q.models import OrmQ

from accounts.models import User
from studio import jobs
from studio.clients import client_for
from studio.models import Attempt, Clip, ProviderState, Task
from studio.music_api.client import Client
from studio.music_api.types import Accepted
from studio.sandbox.knobs import Knobs
from studio.sandbox.server import Sandbox
from studio.services import attempts, audit, balances, credits
from tests.canaries import API_KEY
from tests.conftest import Order
from tests.factories import again, earlier
from tests.sandbox.caller import Caller

Status, Sent = Task.Status, Attempt.Status
Settle = Callable[[], None]
SECOND = timedelta(seconds=1)
POOR, FAILING, FULL = Knobs(credits=5), Knobs(failure_rate=1), Knobs(capacity=0)


@pytest.fixture
def caller(upstream: Sandbox) -> Caller:
    return Caller(upstream.url)


def all_is_well(upstream: Sandbox) -> None:
    assert audit.audit() == {}
    assert audit.unexplained("sandbox", upstream.balance) == 0


def charges(caller: Caller) -> int:
    """How often the sandbox took the price."""
    return sum(entry["kind"] == "charge" for entry in caller.ledger()["entries"])


# -- Sending --------------------------------------------------------------------------------------


def test_an_order_is_sent_once_with_what_was_typed(order: Order, caller: Caller) -> None:
    task = order(params={"sound": "quiet folk", "title": "Rain", "seed": "41"})[0]
    jobs.submit_next("sandbox")
    jobs.submit_next("sandbox")
    [sent] = caller.ledger()["tasks"]
    assert again(task).upstream_id == sent["task_id"]
    assert (again(task).status, charges(caller)) == (Status.RUNNING, 1)


def test_a_ring_for_nothing_does_nothing(member: User, caller: Caller) -> None:
    jobs.submit_next("sandbox")
    assert caller.ledger()["tasks"] == []


def test_the_balance_is_read_before_the_first_order(order: Order, upstream: Sandbox) -> None:
    order()
    jobs.submit_next("sandbox")
    assert ProviderState.objects.get().snapshot == 10_000
    all_is_well(upstream)


def test_an_order_that_the_provider_would_refuse_is_refunded(
    order: Order, member: User, caller: Caller
) -> None:
    task = order(params={"sound": "folk", "title": "x" * 81})[0]
    jobs.submit_next("sandbox")
    assert (again(task).status, credits.balance(member)) == (Status.FAILED, 100)
    assert "at most 80 characters" in again(task).reason
    assert charges(caller) == 0


@pytest.mark.parametrize("upstream", [FAILING], indirect=True)
def test_a_song_that_fails_costs_nobody_anything(
    order: Order, member: User, settle: Settle, upstream: Sandbox
) -> None:
    task = order()[0]
    settle()
    assert (again(task).status, credits.balance(member), upstream.balance) == (Status.FAILED, 100, 10_000)
    all_is_well(upstream)


@pytest.mark.parametrize("upstream", [FULL], indirect=True)
def test_a_busy_provider_gets_the_order_later(order: Order, caller: Caller, settle: Settle) -> None:
    task = order()[0]
    jobs.submit_next("sandbox")
    assert (again(task).status, again(task).reason) == (Status.QUEUED, "The service is busy.")
    caller.turn(capacity=8)
    forget_the_pause()
    settle()
    assert (again(task).status, charges(caller)) == (Status.DONE, 1)


def forget_the_pause() -> None:
    """Time goes by: what waited may be tried."""
    ProviderState.objects.update(paused_until=None, check_after=None)
    Task.objects.update(send_after=None, woken_at=None)


@pytest.mark.parametrize("upstream", [POOR], indirect=True)
def test_an_order_that_the_studio_can_not_pay_is_held(order: Order, member: User, upstream: Sandbox) -> None:
    task = order()[0]
    jobs.submit_next("sandbox")
    assert again(task).status == Status.HELD
    assert "out of credits at the provider" in again(task).reason
    assert credits.balance(member) == 90
    forget_the_pause()
    balances.record(balances.claim_checks()[0], upstream.balance)
    assert again(task).status == Status.HELD
    assert audit.audit() == {}


def test_a_refused_key_stops_everything_until_it_is_right(
    order: Order, upstream: Sandbox, settings: Any, settle: Settle
) -> None:
    task = order()[0]
    settings.PROVIDERS = {"sandbox": (upstream.url, "wrong-key")}
    client_for.cache_clear()
    jobs.submit_next("sandbox")
    assert again(task).status == Status.HELD

    settings.PROVIDERS = {"sandbox": (upstream.url, API_KEY)}
    client_for.cache_clear()
    forget_the_pause()
    settle()
    assert again(task).status == Status.DONE


def test_an_order_waits_for_a_provider_that_nobody_listens_for(
    order: Order, settings: Any, settle: Settle, upstream: Sandbox
) -> None:
    task = order()[0]
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.PROVIDERS = {"sandbox": (f"http://127.0.0.1:{closed.getsockname()[1]}", API_KEY)}
        client_for.cache_clear()
        jobs.submit_next("sandbox")
    assert again(task).status == Status.QUEUED
    assert again(task).reason == "Waiting for the service: it can't be reached."

    settings.PROVIDERS = {"sandbox": (upstream.url, API_KEY)}
    client_for.cache_clear()
    forget_the_pause()
    settle()
    assert (again(task).status, again(task).reason) == (Status.DONE, "")


def test_a_provider_that_is_switched_off_loses_nothing(
    order: Order, settings: Any, upstream: Sandbox, settle: Settle
) -> None:
    task = order()[0]
    jobs.submit_next("sandbox")
    on = settings.PROVIDERS
    settings.PROVIDERS = {}
    client_for.cache_clear()
    earlier(task, poll_after=SECOND)
    order()
    jobs.submit_next("sandbox")
    assert [again(task).status, Attempt.objects.count()] == [Status.RUNNING, 1]

    settings.PROVIDERS = on
    settle()
    assert set(Task.objects.values_list("status", flat=True)) == {Status.DONE}
    all_is_well(upstream)


# -- The database is away -------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", [OperationalError, InterfaceError])
@pytest.mark.parametrize("times", [1, 5])
def test_an_accepted_id_outlives_a_database_that_is_away(
    times: int, fault: type[Exception], order: Order, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    task, real, faults = order()[0], Client.submit, iter(range(times))

    def away(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if "studio_attempt" in sql and next(faults, None) is not None:
            raise fault("The server closed the connection.")
        return execute(sql, *rest)

    def submit(self: Client, *args: Any, **kwargs: Any) -> Accepted:
        answer = real(self, *args, **kwargs)
        stack.enter_context(connection.execute_wrapper(away))
        return answer

    monkeypatch.setattr(Client, "submit", submit)
    monkeypatch.setattr(jobs, "ACCEPT_AGAIN_S", [0] * len(jobs.ACCEPT_AGAIN_S))
    with ExitStack() as stack:
        jobs.submit_next("sandbox")
    assert next(faults, None) is None
    [sent] = caller.ledger()["tasks"]
    assert (again(task).status, again(task).upstream_id) == (Status.RUNNING, sent["task_id"])
    assert charges(caller) == 1


# -- The sweep as a job ---------------------------------------------------------------------------


@pytest.mark.parametrize(("ended_itself", "rings"), [(True, ["studio.jobs.sweep"]), (False, [])])
def test_a_sweep_rings_for_the_next_one_unless_it_was_told_to_stop(
    ended_itself: bool, rings: list[str], db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs.Sweep, "run", lambda self: ended_itself)
    jobs.sweep()
    assert [row.func() for row in OrmQ.objects.all()] == rings


def test_a_queued_job_is_a_name_and_plain_values_with_less_time_than_its_lease(order: Order) -> None:
    order()
    row = OrmQ.objects.get()
    assert (row.task["func"], row.task["args"]) == ("studio.jobs.submit_next", ("sandbox",))
    assert row.task["timeout"] < attempts.LEASE.total_seconds()


def test_a_clip_id_that_comes_twice_replaces_nobodys_song(order: Order, settle: Settle) -> None:
    first = order()[0]
    settle()
    clip = Clip.objects.get(task=first)
    files = dict(clip.assets.values_list("kind", "sha256"))
    other = order()[0]
    waits = {"status": Status.ARCHIVING, "answer": again(first).answer, "archive_after": first.created_at}
    Task.objects.filter(pk=other.pk).update(**waits)
    jobs.archive_task(other.pk)
    assert "another song already" in again(other).reason
    assert again(other).status == Status.ARCHIVING
    assert dict(again(clip).assets.values_list("kind", "sha256")) == files
    assert audit.audit_files() == {}
