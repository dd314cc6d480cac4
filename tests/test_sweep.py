"""The sweep: one at a time, nothing forgotten at its end, and no row that stops the others."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django_q.models import OrmQ

from studio import sweep
from studio.clients import client_for
from studio.models import Lease, ProviderState, Task
from studio.music_api.client import Client
from studio.sandbox.server import Sandbox
from studio.services import attempts, media, polls, proofs, tasks, workers
from studio.sweep import Sweep
from tests.conftest import Order
from tests.factories import again, ago, bring_to, earlier, send, unknown
from tests.running import wait_for
from tests.sandbox.caller import Caller

Status = Task.Status
SECOND = timedelta(seconds=1)


@pytest.fixture
def sweeper(db: None) -> Iterator[Sweep]:
    sweeper = Sweep()
    yield sweeper
    sweeper.stop()


@pytest.fixture
def one_tick(sweeper: Sweep, monkeypatch: pytest.MonkeyPatch) -> Sweep:
    """Its time is over after the first tick."""
    times = iter([0.0, 0.0])
    clock = SimpleNamespace(monotonic=lambda: next(times, sweep.RUN_FOR_S), sleep=lambda _: None)
    monkeypatch.setattr(sweep, "TICK_S", 0)
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
    assert Lease.objects.get(name=workers.SWEEP).holder == "somebody else"


def test_a_sweep_that_ends_by_itself_gives_the_lease_back(one_tick: Sweep) -> None:
    assert one_tick.run() is True
    assert Lease.objects.get(name=workers.SWEEP).holder == ""


def test_a_sweep_that_is_told_to_stop_stops(sweeper: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeper, "tick", lambda: workers.interrupt(workers.SWEEP))
    assert sweeper.run() is False


def test_what_was_asked_in_the_last_tick_is_stored(one_tick: Sweep, running: Task) -> None:
    one_tick.run()
    assert again(running).status == Status.ARCHIVING
    assert ProviderState.objects.get().balance is not None


def test_a_sweep_that_has_ended_keeps_no_threads(one_tick: Sweep) -> None:
    one_tick.run()
    assert one_tick.pools
    for pool in one_tick.pools.values():
        with pytest.raises(RuntimeError):
            pool.submit(print)


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_comes_after_the_end_of_a_sweep_is_stored(
    one_tick: Sweep, running: Task, upstream: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = held_back(upstream, monkeypatch)
    monkeypatch.setattr(sweep, "LAST_ANSWERS_S", 0)
    assert one_tick.run() is True
    assert again(running).status == Status.RUNNING
    release.set()
    wait_for(lambda: again(running).status == Status.ARCHIVING, every=0.01)
    wait_for(lambda: ProviderState.objects.exclude(balance=None).exists(), every=0.01)


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


def held_back(upstream: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Event:
    """The sandbox answers nothing before this is set."""
    release, real = Event(), Client._read

    def read(self: Client, response: Any) -> bytes:
        assert release.wait(20)
        return real(self, response)

    monkeypatch.setattr(Client, "_read", read)
    return release


@contextmanager
def silent_server() -> Iterator[str]:
    """Takes connections, and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


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
    assert due <= ago(-proofs.WHILE_UNKNOWN)


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

    assert sweeper._pool("sandbox").submit(ask).result(timeout=20) == []


def test_between_two_ticks_only_polls_are_looked_after(
    sweeper: Sweep, running: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeper, "decide", lambda: pytest.fail("Once in a tick is enough."))
    sweeper._ask_for(sweep.TICK_S)
    assert again(running).status == Status.ARCHIVING


def test_a_provider_that_hangs_keeps_no_other_waiting(
    order: Order, sweeper: Sweep, running: Task, upstream: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More of its tasks are due than there are threads, and for longer."""
    hanging = order(takes=4)
    for number, task in enumerate(hanging):
        bring_to(task, Status.RUNNING)
        hangs = ("musicapi", "aimusicapi")[number % 2]
        Task.objects.filter(pk=task.pk).update(provider=hangs, upstream_id=f"slow-{number}")
        earlier(task, poll_after=timedelta(hours=1))
    monkeypatch.setattr(sweep, "THREADS", 1)
    with silent_server() as url:
        for name in ("musicapi", "aimusicapi"):
            monkeypatch.setitem(settings.PROVIDERS, name, (url, "a-key"))
        wait_for(lambda: sweeper.tick() or again(running).status == Status.ARCHIVING, within=5)
        assert len(sweeper.polls) == 2  # one each; the others are left for whoever can ask


def test_a_poll_that_fails_by_our_own_fault_takes_no_other_with_it(
    sweeper: Sweep, running: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.music_api.decode.poll_answer", lambda *_: 1 / 0)
    earlier(running, poll_after=timedelta(seconds=1))
    until(sweeper, lambda: again(running).poll_failures == 1)
