"""Webhooks: who may ring, what a ring does, and that nothing else in it is believed."""

import json
import time
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from django.test import Client
from django_q.models import OrmQ

from studio.models import Attempt, Task, WebhookDelivery
from studio.music_api.webhooks import signature
from studio.services import attempts, hints, hooks, polls
from tests.conftest import Order
from tests.factories import FAILED as SONG_FAILED
from tests.factories import accepted, again, bring_to, lost, send, song, unknown, until
from tests.threads import at_once

Status, Sent = Task.Status, Attempt.Status
COMPLETED, STREAMING, FAILED = "music.completed", "music.streaming", "music.failed"


def body_of(upstream_id: str = "up-1", event: str = COMPLETED, **fields: Any) -> bytes:
    return json.dumps({"event": event, "task_id": upstream_id, **fields}).encode()


def signed(attempt: Attempt, body: bytes, age: float = 0, secret: str = "") -> dict[str, str]:
    timestamp = str(int(time.time() - age))
    secret = secret or hooks.hook_secret(attempt)
    return {"X-Webhook-Timestamp": timestamp, "X-Webhook-Signature": signature(secret, timestamp, body)}


def ring(attempt: Attempt, body: bytes | None = None, *, token: str = "", **headers: str) -> int:
    """The status that a delivery is answered with."""
    body = body_of() if body is None else body
    return (
        Client()
        .post(
            f"/hooks/{token or attempt.token}/",
            body,
            content_type="application/json",
            headers={**signed(attempt, body), **headers},
        )
        .status_code
    )


def rung() -> list[str]:
    return [row.func() for row in OrmQ.objects.all()]


@pytest.fixture
def running(order: Order) -> Attempt:
    attempt = accepted(order()[0], "up-1")
    OrmQ.objects.all().delete()
    return attempt


# -- Who may ring ---------------------------------------------------------------------------------


def test_a_good_delivery_is_answered_and_remembered(running: Attempt) -> None:
    assert ring(running) == 200
    delivery = WebhookDelivery.objects.get()
    assert (delivery.attempt, delivery.event, delivery.upstream_id) == (running, COMPLETED, "up-1")
    assert until(again(running.task).poll_after) <= timedelta(0)


def test_a_stranger_s_token_is_not_found(running: Attempt) -> None:
    assert ring(running, token="x" * 43) == 404
    assert not WebhookDelivery.objects.exists()


@pytest.mark.parametrize("token", ["%00", "%00" * 43, "x", "x" * 44, "ü" * 43, "' OR 1=1 --"])
def test_an_odd_token_is_not_found_either(token: str, running: Attempt) -> None:
    assert ring(running, token=token) == 404


def test_a_forged_delivery_is_refused(running: Attempt) -> None:
    forged = signed(running, body_of(), secret="guessed")
    assert ring(running, **forged) == 401
    assert not WebhookDelivery.objects.exists()


def test_a_signature_is_good_for_one_attempt_only(order: Order) -> None:
    mine, other = (accepted(order()[0]) for _ in range(2))
    assert ring(mine, **signed(other, body_of())) == 401


@pytest.mark.parametrize("name", ["X-Webhook-Timestamp", "X-Webhook-Signature"])
@pytest.mark.parametrize("value", ["", "0", "sha256=" + "0" * 64, "9" * 400, "\u0661" * 10, "sha256=\u00e9"])
def test_a_hostile_header_is_refused(name: str, value: str, running: Attempt) -> None:
    assert ring(running, **{name: value}) == 401


def test_a_changed_body_is_refused(running: Attempt) -> None:
    assert ring(running, **signed(running, body_of("up-2"))) == 401


@pytest.mark.parametrize("age", [301, -330, 86400])
def test_an_old_or_early_delivery_is_refused(age: float, running: Attempt) -> None:
    assert ring(running, **signed(running, body_of(), age=age)) == 400
    assert not WebhookDelivery.objects.exists()


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"{}", b"[" * 10_000, b'{"task_id": 7}', b'{"task_id": "a", "task_id": "b"}']
)
def test_a_signed_delivery_without_an_id_is_refused(body: bytes, running: Attempt) -> None:
    assert ring(running, body) == 400


def test_a_body_that_is_too_large_is_not_even_read(running: Attempt) -> None:
    assert ring(running, b"x" * (hooks.MAX_BODY + 1)) == 413
    assert ring(running, b"x" * hooks.MAX_BODY) == 400
    assert ring(running, b"") == 413  # no length is told
    big = hooks.MAX_BODY + 1
    assert ring(running, b"x" * big, **{"Content-Length": f"{big:015}"}) == 413


def test_only_post_rings(running: Attempt) -> None:
    assert Client().get(f"/hooks/{running.token}/").status_code == 405


def test_a_ring_opens_no_session(running: Attempt) -> None:
    body = body_of()
    answer = Client(enforce_csrf_checks=True).post(
        f"/hooks/{running.token}/", body, content_type="application/json", headers=signed(running, body)
    )
    assert (answer.status_code, dict(answer.cookies)) == (200, {})


# -- What a ring does -----------------------------------------------------------------------------


def test_a_replay_has_no_second_effect(running: Attempt) -> None:
    ring(running)
    Task.objects.update(poll_after=None)
    assert [ring(running, **{"X-Webhook-Id": str(number)}) for number in range(3)] == [200, 200, 200]
    assert again(running.task).poll_after is None
    assert WebhookDelivery.objects.get().count == 4


@pytest.mark.django_db(transaction=True)
def test_the_same_delivery_at_once_has_one_effect(running: Attempt) -> None:
    body = body_of()
    headers = signed(running, body)
    assert at_once(lambda: hooks.receive(running.token, headers, body), 8) == [True] * 8
    assert WebhookDelivery.objects.get().count == 8


@pytest.mark.parametrize("events", list(permutations([STREAMING, COMPLETED, FAILED])))
def test_whatever_the_order_of_the_news_only_the_poll_decides(events: tuple[str], running: Attempt) -> None:
    task = again(running.task)
    assert [ring(running, body_of(event=event)) for event in events] == [200] * 3
    now = again(task)
    assert (now.status, now.version, now.answer) == (Status.RUNNING, task.version, None)
    assert set(WebhookDelivery.objects.values_list("event", flat=True)) == set(events)


def test_nothing_that_a_delivery_tells_is_believed(running: Attempt) -> None:
    told = [{"audio_url": "https://evil.example/a.m4a", "clip_id": "c", "state": "succeeded"}]
    assert ring(running, body_of(data=told, status="SUCCESS")) == 200
    assert (again(running.task).status, again(running.task).answer) == (Status.RUNNING, None)


@pytest.mark.parametrize("status", [Status.ARCHIVING, Status.DONE])
def test_news_of_what_is_known_asks_nobody(status: str, order: Order) -> None:
    task = bring_to(order()[0], status)
    assert ring(task.attempts.get()) == 200
    assert again(task).poll_after is None


def test_a_ring_before_the_answer_tells_the_id(order: Order) -> None:
    order()
    attempt = send()
    OrmQ.objects.all().delete()
    assert ring(attempt) == 200
    assert again(attempt).hinted_id == "up-1"
    assert rung() == [hints.CONFIRM_JOB]
    assert again(attempt).status == Sent.SENT  # a poll must confirm it


def test_the_answer_may_come_after_the_ring(order: Order) -> None:
    task = order()[0]
    attempt = send()
    ring(attempt)
    assert attempts.accept(attempt.pk, "up-1", source="the answer")
    assert not attempts.accept(attempt.pk, "up-1", source="an id that a poll confirmed")
    assert again(task).status == Status.RUNNING
    assert until(again(task).poll_after) <= timedelta(0)  # there was news


def test_a_ring_that_is_overtaken_by_the_answer_is_not_lost(order: Order) -> None:
    task = order()[0]
    attempt_as_read = send()
    attempts.accept(attempt_as_read.pk, "up-1", source="the answer")
    hooks._remember(attempt_as_read, COMPLETED, "up-1")
    assert until(again(task).poll_after) <= timedelta(0)


@pytest.mark.parametrize("state", [unknown, lost])
def test_a_ring_for_an_order_in_doubt_tells_the_id(state: Any, order: Order) -> None:
    attempt = state(order()[0])
    assert ring(attempt) == 200
    assert again(attempt).hinted_id == "up-1"
    assert hints.CONFIRM_JOB in rung()


def test_a_ring_after_a_failure_looks_once_more(running: Attempt) -> None:
    """A provider may call a song failed and then ready: it is delivered free."""
    polls.record([(running.task_id, SONG_FAILED)])
    ring(running)
    assert until(again(running.task).poll_after) <= timedelta(0)
    polls.record([(running.task_id, song())])
    assert again(running.task).answer is not None


def test_a_very_long_event_is_cut(running: Attempt) -> None:
    assert ring(running, body_of(event="e" * 79)) == 200
    assert WebhookDelivery.objects.get().event == "e" * 40


# -- What the provider is told --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("webhooks", "https", "provider_url", "asked"),
    [
        ("on", False, "https://api.example", True),
        ("off", True, "http://127.0.0.1:8100", False),
        ("auto", True, "https://api.example", True),
        ("auto", False, "https://api.example", False),
        ("auto", False, "http://127.0.0.1:8100", True),
        ("auto", False, "http://localhost:8100", True),
        ("auto", False, "http://[::1]:8100", True),
        ("auto", False, "http://127.0.0.1.evil.example", False),
    ],
)
def test_webhooks_are_asked_for_where_they_can_arrive(
    webhooks: str, https: bool, provider_url: str, asked: bool, order: Order, settings: Any
) -> None:
    settings.WEBHOOKS, settings.HTTPS, settings.PUBLIC_URL = webhooks, https, "https://studio.example"
    settings.PROVIDERS = {"sandbox": (provider_url, "key")}
    order()
    attempt = send()
    url, secret = hooks.webhook_for(attempt)
    assert url == (f"https://studio.example/hooks/{attempt.token}/" if asked else "")
    assert bool(secret) is asked


def test_a_secret_is_the_attempt_s_own_and_stays_the_same(order: Order) -> None:
    order(takes=2)
    first, second = send(), send()
    assert hooks.hook_secret(first) == hooks.hook_secret(again(first))
    assert hooks.hook_secret(first) != hooks.hook_secret(second)
    assert len(hooks.hook_secret(first)) == 64


def test_a_secret_needs_the_server_s_key(order: Order, settings: Any) -> None:
    order()
    attempt = send()
    before = hooks.hook_secret(attempt)
    settings.SECRET_KEY = "another key"
    assert hooks.hook_secret(attempt) != before
    assert attempt.token not in before
