"""An order whose answer did not arrive, against a real sandbox: never paid twice, saved where it can be."""

import time
from collections.abc import Callable
from datetime import timedelta
from threading import Event
from typing import Any

import pytest

from accounts.models import User
from studio import jobs
from studio.clients import client_for
from studio.models import Attempt, ProviderState, Task, WebhookDelivery
from studio.models.clock import db_now
from studio.music_api.client import Client
from studio.music_api.errors import Ambiguous
from studio.music_api.types import Accepted
from studio.sandbox.knobs import Knobs
from studio.sandbox.server import Sandbox
from studio.services import attempts, audit, balances, credits, hints, lines, proofs, uploads
from tests.conftest import Order
from tests.factories import again, earlier
from tests.music_api.upstream import Exchange, Upstream, answer
from tests.running import wait_for
from tests.sandbox.caller import Caller
from tests.test_jobs import all_is_well, charges

Status, Sent = Task.Status, Attempt.Status
Settle = Callable[[], None]
SECOND = timedelta(seconds=1)


@pytest.fixture
def caller(upstream: Sandbox) -> Caller:
    return Caller(upstream.url)


def lose_answers(monkeypatch: pytest.MonkeyPatch, *, accepted: bool) -> None:
    """The next POST breaks off: after the provider took the order, or before it arrived."""
    real = Client.submit

    def submit(self: Client, *args: Any, **kwargs: Any) -> Accepted:
        monkeypatch.setattr(Client, "submit", real)
        if accepted:
            real(self, *args, **kwargs)
        raise Ambiguous("The connection broke off.")

    monkeypatch.setattr(Client, "submit", submit)


def test_an_order_that_did_not_arrive_is_sent_again_once_that_is_proved(
    order: Order, caller: Caller, settle: Settle, upstream: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = order()[0]
    lose_answers(monkeypatch, accepted=False)
    jobs.submit_next("sandbox")
    assert again(task).status == Status.UNKNOWN
    monkeypatch.setattr(proofs, "WHILE_UNKNOWN", timedelta(milliseconds=50))
    monkeypatch.setattr(lines, "SETTLED_AFTER", timedelta(0))
    settle()
    assert (again(task).status, charges(caller)) == (Status.DONE, 1)
    assert [attempt.status for attempt in task.attempts.order_by("pk")] == [Sent.REJECTED, Sent.ACCEPTED]
    all_is_well(upstream)


def test_an_order_that_arrived_is_never_sent_again(
    order: Order, caller: Caller, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = order()[0]
    lose_answers(monkeypatch, accepted=True)
    jobs.submit_next("sandbox")
    monkeypatch.setattr(proofs, "WHILE_UNKNOWN", timedelta(milliseconds=50))
    monkeypatch.setattr(lines, "SETTLED_AFTER", timedelta(0))
    for _ in range(3):
        ProviderState.objects.update(check_after=None)
        balances.record(balances.claim_checks()[0], caller.credits())
        earlier(task.attempts.get(), reading_at=SECOND)
    assert (again(task).status, charges(caller)) == (Status.UNKNOWN, 1)

    earlier(task.attempts.get(), decide_at=SECOND)
    settle()
    assert (again(task).status, charges(caller)) == (Status.FAILED, 1)
    assert audit.audit() == {}


def test_a_person_who_reads_the_id_at_the_provider_saves_the_song(
    order: Order, caller: Caller, settle: Settle, upstream: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = order()[0]
    lose_answers(monkeypatch, accepted=True)
    jobs.submit_next("sandbox")
    hints.enter(task, caller.ledger()["tasks"][0]["task_id"])
    settle()
    assert (again(task).status, charges(caller)) == (Status.DONE, 1)
    all_is_well(upstream)


@pytest.mark.parametrize("upstream", [Knobs(failure_rate=1)], indirect=True)
def test_a_late_hint_to_a_song_that_had_failed_before_the_proof_costs_nothing(
    order: Order, caller: Caller, settle: Settle, upstream: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its credits were back when the balance was read, so the balance showed nothing: that is no loss."""
    task, before = order()[0], caller.credits()
    lose_answers(monkeypatch, accepted=True)
    jobs.submit_next("sandbox")
    [known] = caller.ledger()["tasks"]
    first = task.attempts.get()
    proofs.prove_not_accepted(first.pk)
    hints.take(again(first), known["task_id"])
    wait_for(lambda: caller.credits() == before, within=20)
    jobs.confirm_hint(first.pk)
    assert (again(first).status, again(first).hinted_id) == (Sent.REJECTED, "")
    settle()
    assert (again(task).status, task.attempts.count()) == (Status.FAILED, 2)
    all_is_well(upstream)


def test_the_id_of_another_order_leaves_this_one_in_doubt_at_once(
    order: Order, upstream: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = order(takes=2)
    monkeypatch.setattr(Client, "submit", lambda *_, **__: Accepted("up-1"))
    jobs.submit_next("sandbox")
    jobs.submit_next("sandbox")
    assert (again(first).status, again(second).status) == (Status.RUNNING, Status.UNKNOWN)
    assert second.attempts.get().outcome == "The provider named the id of another order."


# -- A worker that stands still ---------------------------------------------------------------------


def freeze(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
    """The worker stands still at this call until its lease is over and the sweep has seen it."""
    real = getattr(owner, name)

    def late(*args: Any, **kwargs: Any) -> Any:
        time.sleep(0.3)
        assert attempts.expire_leases() == 1
        monkeypatch.setattr(owner, name, real)
        return real(*args, **kwargs)

    monkeypatch.setattr(owner, name, late)


@pytest.mark.parametrize("at", ["before its time is reckoned", "after it"])
def test_a_worker_that_was_frozen_beyond_its_lease_sends_nothing(
    at: str, order: Order, caller: Caller, settle: Settle, upstream: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = order()[0]
    with monkeypatch.context() as short:
        short.setattr(attempts, "LEASE", timedelta(milliseconds=250))
        short.setattr(jobs, "SEND_WITHIN_S", 0.2)
        freeze(short, *((uploads, "params_of") if at.startswith("before") else (Client, "submit")))
        jobs.submit_next("sandbox")
    assert (again(task).status, task.attempts.get().status) == (Status.QUEUED, Sent.REJECTED)
    assert caller.ledger()["tasks"] == [], "by now it may be with another worker"
    ProviderState.objects.update(paused_until=None)
    settle()
    assert (again(task).status, charges(caller)) == (Status.DONE, 1)
    all_is_well(upstream)


# -- Webhooks over HTTP ---------------------------------------------------------------------------


@pytest.fixture
def doorbell(live_server: Any, settings: Any, settle: Settle) -> None:
    """The sandbox can ring, and nobody polls by the clock. After `settle`, which sets the clock to brisk."""
    settings.WEBHOOKS, settings.PUBLIC_URL, settings.POLL_SECONDS = "auto", live_server.url, 3600


def wait_for_ring() -> None:
    deadline = time.monotonic() + 20
    while not WebhookDelivery.objects.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.usefixtures("doorbell")
def test_a_ring_makes_the_studio_look_at_once(order: Order, settle: Settle) -> None:
    task = order()[0]
    jobs.submit_next("sandbox")
    wait_for_ring()
    settle()
    assert again(task).status == Status.DONE
    assert WebhookDelivery.objects.get().upstream_id == again(task).upstream_id


@pytest.mark.usefixtures("doorbell")
def test_a_ring_tells_the_id_that_the_lost_answer_held(
    order: Order, caller: Caller, settle: Settle, upstream: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = order()[0]
    lose_answers(monkeypatch, accepted=True)
    jobs.submit_next("sandbox")
    wait_for_ring()
    settle()
    assert (again(task).status, charges(caller)) == (Status.DONE, 1)
    all_is_well(upstream)


@pytest.mark.usefixtures("doorbell")
def test_a_ring_after_the_refund_still_brings_the_song(
    order: Order, member: User, settle: Settle, upstream: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = order()[0]
    lose_answers(monkeypatch, accepted=True)
    jobs.submit_next("sandbox")
    earlier(task.attempts.get(), decide_at=SECOND)
    attempts.decide_unknown()
    assert credits.balance(member) == 100
    wait_for_ring()
    settle()
    assert (again(task).status, task.clips.count()) == (Status.FAILED, 1)
    assert credits.balance(member) == 100
    all_is_well(upstream)


@pytest.mark.django_db(transaction=True)  # the answer is stored by the thread that listened
def test_an_answer_that_comes_too_late_for_its_worker_still_saves_the_song(
    order: Order, settings: Any
) -> None:
    may_answer = Event()

    def hold(exchange: Exchange) -> None:
        may_answer.wait(20)
        exchange.send(answer(200, b'{"task_id": "up-late"}'))

    provider = Upstream(hold)
    settings.PROVIDERS = {"sandbox": (provider.url, "a-key")}
    client_for.cache_clear()
    ProviderState.objects.create(name="sandbox", in_flight_limit=4, looked_at=db_now())
    client_for("sandbox")._post_timeout, client_for("sandbox")._connect_timeout = 0.3, 0.1
    task = order()[0]
    jobs.submit_next("sandbox")
    assert again(task).status == Status.UNKNOWN
    may_answer.set()
    wait_for(lambda: again(task).status == Status.RUNNING, within=20)
    assert (again(task).upstream_id, task.attempts.get().status) == ("up-late", Sent.ACCEPTED)
    provider.close()
    client_for.cache_clear()
