"""Real requests and real threads at the same moment: one effect, whoever is first.

`make races ROUNDS=200` runs them for long. Each race has its control, which must go wrong.
"""

import logging
from functools import partial
from http.client import HTTPConnection
from typing import Any

import pytest
from django.db import connection
from django_q.models import OrmQ

from accounts.models import User
from studio import jobs
from studio.models import Attempt, CreditEntry, Task, WebhookDelivery
from studio.services import attempts, audit, credits, polls
from tests.conftest import Order
from tests.crash.upstream import Upstream
from tests.factories import FAILED, accepted, send
from tests.races import controls
from tests.races.conftest import Round, Tabs, another_key, run, run_control, together
from tests.services.test_hooks import body_of, signed
from tests.threads import at_once
from tests.visitor import Visitor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("_no_tracebacks")]
SONG = {"sound": "quiet folk"}
PRICE = 10
Kind = CreditEntry.Kind


@pytest.fixture
def _no_tracebacks() -> Any:
    """The controls bring error pages on purpose."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def wrong(**differs: tuple[Any, Any]) -> list[str]:
    """What is not as it should be: `name=(is, should be)`; and the audit's findings."""
    found = [f"{name}: {this}, not {that}" for name, (this, that) in differs.items() if this != that]
    return found + [f"{rule}: {rows}" for rule, rows in audit.audit().items()]


def count(kind: str, task: Task) -> int:
    return CreditEntry.objects.filter(kind=kind, task=task).count()


# -- The same form, twenty times ------------------------------------------------------------------


@pytest.fixture
def same_form(tabs: Tabs, new_song: str, member: User) -> Round:
    def one() -> list[str]:
        credits.grant(member, 2 * PRICE, reason="for the round")
        before, balance = Task.objects.count(), credits.balance(member)
        answers = tabs.send_at_once(new_song, [tabs.form(new_song) | SONG] * 20)
        return wrong(
            answers=({getattr(answer, "status", answer) for answer in answers}, {302}),
            orders=(Task.objects.count() - before, 1),
            paid=(balance - credits.balance(member), PRICE),
        )

    return one


def test_the_same_form_twenty_times_is_one_order(same_form: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    run("the same form, 20 times at once", same_form)
    controls.orders_without_lock(monkeypatch)
    run_control("the same form, 20 times at once", same_form)


# -- The last credits -----------------------------------------------------------------------------


@pytest.fixture
def last_credits(tabs: Tabs, new_song: str, member: User) -> Round:
    def one() -> list[str]:
        if difference := PRICE - credits.balance(member):
            credits.adjust(member, difference, reason="for the round")
        before, form = Task.objects.count(), tabs.form(new_song) | SONG
        answers = tabs.send_at_once(new_song, [form, another_key(form)])
        return wrong(
            answers=(sorted(getattr(answer, "status", 0) for answer in answers), [302, 422]),
            orders=(Task.objects.count() - before, 1),
            balance=(credits.balance(member), 0),
        )

    return one


def test_the_last_credits_are_spent_in_one_of_two_tabs(
    last_credits: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("the last credits, from two tabs", last_credits)
    controls.orders_without_lock(monkeypatch)
    run_control("the last credits, from two tabs", last_credits)


# -- The same webhook, fifty times ----------------------------------------------------------------


def ring_at_once(url: str, attempt: Attempt, body: bytes, times: int) -> list[Any]:
    """The same bytes, on connections that stand before the start."""
    headers = {"Content-Type": "application/json", **signed(attempt, body)}
    bells = [Visitor(url).connection for _ in range(times)]

    def ring(bell: HTTPConnection) -> int:
        bell.request("POST", f"/hooks/{attempt.token}/", body, headers)
        return bell.getresponse().status

    try:
        for bell in bells:
            bell.connect()
        return together([partial(ring, bell) for bell in bells])
    finally:
        for bell in bells:
            bell.close()


@pytest.fixture
def same_webhook(order: Order, live_server: Any, member: User) -> Round:
    def one() -> list[str]:
        credits.grant(member, PRICE, reason="for the round")
        task = order()[0]
        attempt = send()
        OrmQ.objects.all().delete()
        answers = ring_at_once(live_server.url, attempt, body_of(f"up-{task.pk}"), 50)
        rung = OrmQ.objects.count()
        accepted_later = attempts.accept(attempt.pk, f"up-{task.pk}", source="the round")
        polls.record([(task.pk, FAILED)])  # makes room for the next round
        told = WebhookDelivery.objects.filter(attempt=attempt).values_list("count", flat=True)
        return wrong(
            answers=(set(answers), {200}),
            effects=(rung, 1),
            remembered=(list(told), [50]),
            accepted=(accepted_later, True),
        )

    return one


def test_the_same_webhook_fifty_times_has_one_effect(
    same_webhook: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("the same webhook, 50 times at once", same_webhook)
    controls.forgetful_doorbell(monkeypatch)
    run_control("the same webhook, 50 times at once", same_webhook)


# -- A refund from two sides ----------------------------------------------------------------------


@pytest.fixture
def refund(order: Order, live_server: Any, member: User) -> Round:
    """Half of them were rung for by a webhook, half come from polls by the clock."""

    def one() -> list[str]:
        credits.grant(member, PRICE, reason="for the round")
        balance = credits.balance(member)
        task = order()[0]
        attempt, body = accepted(task), body_of(f"up-{task.pk}", "song.failed")
        sides = [True, False] * 8

        def tell() -> None:
            if sides.pop():
                assert ring_at_once(live_server.url, attempt, body, 1) == [200]
            polls.record([(task.pk, FAILED)])

        answers = at_once(tell, len(sides))
        return wrong(
            answers=([answer for answer in answers if answer is not None], []),
            refunds=(count(Kind.REFUND, task), 1),
            returned=(count(Kind.UPSTREAM_REFUND, task), 1),
            ends=(task.events.filter(new=Task.Status.FAILED).count(), 1),
            balance=(credits.balance(member), balance),
        )

    return one


def test_poll_and_webhook_bring_one_refund(refund: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    run("a refund from poll and webhook at once", refund)
    if connection.vendor != "postgresql":  # here every answer is stored in a transaction that writes alone
        return
    errors: list[str] = []
    monkeypatch.setattr(polls.log, "exception", lambda words, *_: errors.append(words))
    controls.no_locks(monkeypatch)
    run_control("a refund from poll and webhook at once", lambda: refund() + errors)


# -- Fifty claims ---------------------------------------------------------------------------------


@pytest.fixture
def claims(order: Order, provider: Upstream, member: User) -> Round:
    def one() -> list[str]:
        credits.grant(member, PRICE, reason="for the round")
        task = order(params={"sound": "quiet folk", "title": f"failed {Task.objects.count()}"})[0]
        answers = at_once(lambda: jobs.submit_next("sandbox"), 50)
        polls.record([(task.pk, FAILED)])  # makes room for the next round
        return wrong(
            answers=([answer for answer in answers if answer is not None], []),
            attempts=(task.attempts.count(), 1),
            posts=(provider.ledger.sent[task.params["title"]], 1),
        )

    return one


def test_fifty_claims_of_one_order_are_one_post(claims: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    run("50 claims of one order", claims)
    controls.claims_without_lock(monkeypatch)
    run_control("50 claims of one order", claims)
