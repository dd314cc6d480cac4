"""The sweep: one at a time, nothing forgotten at its end, and no row that stops the others."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connections
from django_q.models import OrmQ

from studio import sweep
from studio.clients import client_for
from studio.models import Lease, ProviderState, Task
from studio.sandbox.server import Sandbox
from studio.services import attempts, balances, media, polls, tasks, workers
from studio.sweep import Sweep
from tests.conftest import Order
from tests.factories import again, ago, bring_to, earlier, send, unknown
from tests.sandbox.caller import Caller

Status = Task.Status
SECOND = timedelta(seconds=1)


@pytest.fixture
def sweeper(db: None) -> Iterator[Sweep]:
    sweeper = Sweep()
    yield sweeper
    sweeper.pool.shutdown()


@pytest.fixture
def one_tick(sweeper: Sweep, monkeypatch: pytest.MonkeyPatch) -> Sweep:
    """Its time is over after the first tick."""
    times = iter([0.0, 0.0])
    clock = SimpleNamespace(monotonic=lambda: next(times, sweep.RUN_FOR_S), sleep=lambda _: None)
    monkeypatch.setattr(sweep, "time", clock)
    return sweeper


@pytest.fixture
def running(order: Order, upstream: Sandbox) -> Task:
    """A song that is ready at the sandbox, and due for a poll."""
    caller = Caller(upstream.url)
    task = order()[0]
    attempts.accept(send().pk, caller.submit(), source="the answer")
    caller.end(again(task).upstream_id)
    earlier(task, poll_after=SECOND)
    return again(task)


# -- One at a time --------------------------------------------------------------------------------


def test_one_sweeps_at_a_time(sweeper: Sweep) -> None:
    assert workers.take(workers.SWEEP, "somebody else")
    assert sweeper.run() is False
    assert Lease.objects.get().holder == "somebody else"


def test_a_sweep_that_ends_by_itself_gives_the_lease_back(one_tick: Sweep) -> None:
    assert one_tick.run() is True
    assert Lease.objects.get().holder == ""


def test_a_sweep_that_is_told_to_stop_stops(sweeper: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeper, "tick", lambda: workers.interrupt(workers.SWEEP))
    assert sweeper.run() is False


def test_what_was_asked_in_the_last_tick_is_stored(one_tick: Sweep, running: Task) -> None:
    one_tick.run()
    assert again(running).status == Status.ARCHIVING
    assert ProviderState.objects.get().balance is not None


def test_a_sweep_that_has_ended_keeps_no_threads(one_tick: Sweep) -> None:
    one_tick.run()
    with pytest.raises(RuntimeError):
        one_tick.pool.submit(print)


# -- What a tick does -----------------------------------------------------------------------------


def test_a_tick_rings_for_what_nobody_woke(order: Order, sweeper: Sweep) -> None:
    order()
    OrmQ.objects.all().delete()
    Task.objects.update(woken_at=ago(timedelta(minutes=1)))
    sweeper.tick()
    assert [row.func() for row in OrmQ.objects.all()] == [tasks.SUBMIT_JOB]


def test_a_tick_rings_for_a_copy_that_nobody_woke(order: Order, sweeper: Sweep) -> None:
    bring_to(order()[0], Status.ARCHIVING)
    OrmQ.objects.all().delete()
    Task.objects.update(woken_at=ago(timedelta(minutes=1)))
    sweeper.tick()
    assert [row.func() for row in OrmQ.objects.all()] == [polls.ARCHIVE_JOB]


def test_a_tick_ends_what_is_overdue(order: Order, sweeper: Sweep) -> None:
    first, second = order(takes=2)
    dead = send()
    earlier(dead, lease_until=SECOND)
    earlier(unknown(second), decide_at=SECOND)
    sweeper.tick()
    assert (again(first).status, again(second).status) == (Status.UNKNOWN, Status.FAILED)


def test_a_tick_removes_parts_of_files(sweeper: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[bool] = []
    monkeypatch.setattr(media, "forget_parts", lambda: looked.append(True))
    sweeper.tick()
    assert looked == [True]


@pytest.mark.parametrize("step", ["decide", "ring", "poll", "look_at_balances"])
def test_a_step_that_fails_does_not_stop_the_others(
    step: str, sweeper: Sweep, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    done: list[str] = []
    for name in ("decide", "ring", "poll", "look_at_balances"):
        monkeypatch.setattr(sweeper, name, lambda name=name: done.append(name) if name != step else 1 / 0)
    sweeper.tick()
    assert done == [name for name in ("decide", "ring", "poll", "look_at_balances") if name != step]
    assert "ZeroDivisionError" in caplog.text


# -- Asking ---------------------------------------------------------------------------------------


def until(sweeper: Sweep, done: Callable[[], bool]) -> None:
    while not done():
        sweeper.tick()


def test_a_song_that_is_ready_is_found(sweeper: Sweep, running: Task) -> None:
    until(sweeper, lambda: again(running).status == Status.ARCHIVING)
    assert again(running).answer["items"][0]["audio_url"].endswith(".m4a")


def test_a_provider_that_is_off_is_asked_later(sweeper: Sweep, running: Task, settings: Any) -> None:
    settings.PROVIDERS = {}
    client_for.cache_clear()
    until(sweeper, lambda: again(running).poll_failures == 1)
    assert again(running).status == Status.RUNNING


def test_the_balance_is_read(sweeper: Sweep, upstream: Sandbox) -> None:
    until(sweeper, lambda: ProviderState.objects.filter(balance=upstream.balance).exists())
    assert not sweeper.balances


def test_for_an_order_in_doubt_the_balance_is_read_soon(order: Order, sweeper: Sweep) -> None:
    sweeper.tick()
    unknown(order()[0])
    sweeper.tick()
    due = ProviderState.objects.get().check_after
    assert due is not None
    assert due <= ago(-balances.WHILE_UNKNOWN)


def test_a_refused_key_is_noticed_before_anything_is_sent(
    sweeper: Sweep, upstream: Sandbox, settings: Any
) -> None:
    settings.PROVIDERS = {"sandbox": (upstream.url, "wrong-key")}
    client_for.cache_clear()
    until(sweeper, lambda: ProviderState.objects.exclude(hold="").exists())
    assert "refuses the studio's key" in ProviderState.objects.get().hold


def test_a_balance_that_can_not_be_read_is_no_trouble(
    sweeper: Sweep, upstream: Sandbox, settings: Any
) -> None:
    upstream.stop()
    sweeper.tick()
    until(sweeper, lambda: not sweeper.balances)
    assert (ProviderState.objects.get().hold, ProviderState.objects.get().balance) == ("", None)


def test_threads_that_ask_touch_no_database(sweeper: Sweep, running: Task) -> None:
    [due] = polls.claim_due()

    def ask() -> list[str]:
        assert sweep._poll(due)
        assert sweep._balance("sandbox")
        return [each.alias for each in connections.all(initialized_only=True) if each.connection]

    assert sweeper.pool.submit(ask).result(timeout=20) == []


def test_a_poll_that_fails_by_our_own_fault_takes_no_other_with_it(
    sweeper: Sweep, running: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.music_api.decode.poll_answer", lambda *_: 1 / 0)
    earlier(running, poll_after=timedelta(seconds=1))
    until(sweeper, lambda: again(running).poll_failures == 1)
