"""Only the balance of a provider is broken: its line goes on, and nothing is paid twice for it."""

from collections.abc import Callable, Iterator
from concurrent.futures import wait
from datetime import timedelta
from typing import Any

import pytest

from studio.clients import client_for
from studio.models import Attempt, ProviderState, Task
from studio.models.clock import db_now
from studio.music_api import client as client_module
from studio.sandbox.server import Sandbox
from studio.services import attempts, balances, lines
from studio.sweep import Sweep
from tests.conftest import Order
from tests.factories import PRICE, again, earlier, lost, unknown
from tests.sandbox.caller import Caller
from tests.services.readings import START, read

Look = Callable[[], None]
LONG_AGO = balances.BLIND_AFTER + timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _known(db: None, upstream: Sandbox, settings: Any) -> None:
    """The provider was seen with a thousand credits, and rings: nobody needs a quiet moment."""
    read(START)
    settings.WEBHOOKS = "on"


@pytest.fixture
def look(db: None) -> Iterator[Look]:
    """One look of the sweep at the balance, over HTTP."""
    sweep = Sweep()

    def look() -> None:
        ProviderState.objects.update(check_after=None)
        sweep.look_at_balances()
        wait(sweep.balances, 20)
        sweep.store_balances()

    yield look
    sweep.stop()


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The call is gone; the provider still says of a task that there is none."""
    monkeypatch.setattr(client_module, "BALANCE_PATH", "/api/v1/no-such-call")


def in_doubt(task: Task, age: timedelta = LONG_AGO, end: Callable[[Task], Attempt] = unknown) -> Attempt:
    attempt = end(task)
    earlier(attempt, sent_at=age)
    ProviderState.objects.update(balance_at=again(attempt).sent_at - timedelta(hours=1))
    return again(attempt)


def waits() -> bool:
    return lines.waits_for_proof(ProviderState.objects.get(), db_now())


def goes_on() -> bool:
    return attempts.claim_next("sandbox") is not None


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize("end", [unknown, lost])
def test_the_line_goes_on_when_only_the_balance_is_broken(
    order: Order, look: Look, end: Callable[[Task], Attempt]
) -> None:
    attempt = in_doubt(order()[0], end=end)
    order()
    assert not goes_on()
    look()
    assert goes_on()
    assert again(attempt).status == attempt.status, "it waits on for a webhook or its deadline"
    assert again(attempt).task.attempts.count() == 1


def test_the_line_waits_while_the_provider_answers_nothing(
    order: Order, look: Look, upstream: Sandbox
) -> None:
    in_doubt(order()[0])
    order()
    upstream.stop()
    look()
    assert not goes_on()


@pytest.mark.usefixtures("broken")
def test_a_look_in_vain_at_once_proves_no_breakdown(order: Order, look: Look) -> None:
    in_doubt(order()[0], age=balances.BLIND_AFTER - timedelta(seconds=10))
    order()
    look()
    assert not goes_on()


@pytest.mark.usefixtures("broken")
def test_each_further_order_without_an_answer_waits_twice_as_long(order: Order, look: Look) -> None:
    for number in range(3):
        attempt = in_doubt(order()[0])
        patience = balances.BLIND_AFTER * 2**number
        earlier(attempt, sent_at=patience - timedelta(seconds=10))
        look()
        assert waits(), number
        earlier(attempt, sent_at=patience + timedelta(seconds=1))
        look()
        assert not waits(), number


def test_the_balance_may_prove_it_all_the_same_when_it_is_back(
    order: Order, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = in_doubt(order()[0], age=timedelta(minutes=5))
    with monkeypatch.context() as broken:
        broken.setattr(client_module, "BALANCE_PATH", "/api/v1/no-such-call")
        look()
    assert again(attempt).reading_at
    for status in (Attempt.Status.UNKNOWN, Attempt.Status.REJECTED):  # a look in vain is not the first of two
        earlier(attempt, reading_at=timedelta(seconds=11))
        read(START)
        assert again(attempt).status == status


def test_a_charged_order_is_not_sent_again_by_an_outage_of_the_balance(
    order: Order, look: Look, monkeypatch: pytest.MonkeyPatch, upstream: Sandbox
) -> None:
    attempt = in_doubt(order()[0], age=timedelta(minutes=5))
    with monkeypatch.context() as broken:
        broken.setattr(client_module, "BALANCE_PATH", "/api/v1/no-such-call")
        look()
    for _ in range(3):
        read(START - PRICE)
        Attempt.objects.update(reading_at=attempt.sent_at)
    assert (again(attempt).status, again(attempt.task).status) == ("unknown", "unknown")
    assert Caller(upstream.url).ledger()["tasks"] == []


def test_the_question_is_free_and_about_no_task_of_ours(upstream: Sandbox) -> None:
    before = upstream.balance
    assert client_for("sandbox").answers()
    assert (upstream.balance, Caller(upstream.url).ledger()["tasks"]) == (before, [])
    upstream.stop()
    assert not client_for("sandbox").answers()
