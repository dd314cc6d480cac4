"""The job loop against a server that answers anything: every order has a named end, and no credit is lost."""

import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import wait
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django_q.models import OrmQ
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import User
from studio import jobs
from studio.clients import client_for
from studio.models import Asset, Attempt, Clip, CreditAccount, ProviderState, Task
from studio.music_api.webhooks import signature
from studio.services import attempts, audit, credits, hooks, tasks
from studio.sweep import Sweep
from tests.conftest import Order
from tests.factories import again, bring_to, earlier
from tests.music_api.garbage import GOLDEN, SUCCESSES, bodies, headers, retyped, statuses, wire
from tests.music_api.upstream import Exchange, Upstream, answer

Status = Task.Status
A_MINUTE, A_DAY, FOUR_DAYS = timedelta(minutes=1), timedelta(days=1, minutes=1), timedelta(days=4)
ACCEPTED = answer(200, b'{"task_id":"t1"}')
BALANCE = answer(200, b'{"credits":500,"extra_credits":0}')


def printable(fields: dict[str, str]) -> list[str]:
    return [f"{name}: {re.sub('[^ -~]', '', value)}" for name, value in fields.items()]


# Random bytes end most orders at once, so half of the replies are nearly right.
kinds = st.sampled_from(["wire", "golden", "golden", "any"])
spoken = st.builds(
    lambda status, fields, body: answer(status, body, *printable(fields)), statuses, headers, bodies
)
nearly = st.builds(answer, st.just(200) | statuses, st.sampled_from(GOLDEN) | retyped())
replies = kinds.flatmap(lambda kind: {"wire": wire, "golden": nearly, "any": spoken}[kind])
finished = st.builds(answer, st.just(200), st.sampled_from(SUCCESSES) | retyped(SUCCESSES))
ORDERS: list[tuple[str, str, dict[str, Any]]] = [
    ("sandbox", "create_music", {"sound": "pop"}),
    ("sandbox", "extend_music", {"clip_id": "ours", "starts_at": 1}),
    ("sandbox", "make_lyrics", {"prompt": "rain"}),
    ("sandbox", "video_clip", {"clip_id": "ours"}),
    ("sandbox", "upload", {"audio_url": "https://a.example/b.mp3"}),
    ("sandbox", "download", {"clip_id": "ours", "format": "wav"}),
    ("useapi", "download", {"id": "s1", "download_format": "stems"}),
]


class Stage:
    """One order, and what the provider says of it."""

    def __init__(self, order: Order, upstream: Upstream, clip: Clip, sweep: Sweep) -> None:
        self.order, self.upstream, self.clip, self.sweep = order, upstream, clip, sweep
        self.replies: dict[str, bytes] = {}
        self.browser = Client()
        upstream.script = self.reply

    def reply(self, exchange: Exchange) -> None:
        paths = {"/task/": "poll", "get-credits": "balance", "/riffusion/": "submit", "/create": "submit"}
        kind = next((kind for part, kind in paths.items() if part in exchange.target), "submit")
        exchange.send(self.replies[kind])
        exchange.connection.close()

    def place(self, provider: str, operation: str, params: dict[str, Any]) -> Task:
        source = self.clip if "clip_id" in params else None
        return self.order(provider=provider, operation=operation, params=params, source=source)[0]

    def poll(self, task: Task) -> None:
        """What a tick of the sweep asks, and waits for."""
        if again(task).poll_after is not None:
            earlier(task, poll_after=A_MINUTE)
        ProviderState.objects.update(check_after=None)
        for step in (self.sweep.poll, self.sweep.look_at_balances):
            step()
        wait([*self.sweep.polls, *self.sweep.balances], timeout=20)
        self.sweep.store_polls()
        self.sweep.store_balances()

    def ring(self, attempt: Attempt, body: bytes) -> int:
        """A signed delivery: our own secret does not make its body a good one."""
        timestamp = str(int(time.time()))
        signed = signature(hooks.hook_secret(attempt), timestamp, body)
        given = {"X-Webhook-Timestamp": timestamp, "X-Webhook-Signature": signed}
        path = f"/hooks/{attempt.token}/"
        return self.browser.post(path, body, content_type="application/json", headers=given).status_code

    def archive(self, task: Task) -> None:
        if again(task).archive_after is not None:
            earlier(task, archive_after=A_MINUTE)
        jobs.archive_task(task.pk)

    def confirm(self) -> None:
        for attempt in Attempt.objects.all():
            jobs.confirm_hint(attempt.pk)


def clip_of(order: Order, member: User) -> Clip:
    """A song that is in the library since long, at no cost."""
    task = bring_to(order()[0], Status.DONE)
    clip = Clip.objects.create(
        project=task.project,
        task=task,
        created_by=member,
        provider="sandbox",
        upstream_id="ours",
        title="Ours",
        duration=2.0,
        loudness=-14.0,
        true_peak=-1.0,
        peaks=b"",
    )
    Asset.objects.create(clip=clip, kind=Asset.Kind.MASTER, name="clips/ours.m4a", size=1, sha256="0" * 64)
    credits.grant(member, task.price, reason="for the test")
    return clip


@pytest.fixture
def stage(order: Order, member: User, settings: Any) -> Iterator[Stage]:
    upstream, sweep = Upstream(lambda exchange: None), Sweep()
    settings.PROVIDERS = dict.fromkeys(("sandbox", "useapi"), (upstream.url, "a-key"))
    settings.WEBHOOKS = "off"
    client_for.cache_clear()
    clip = clip_of(order, member)
    yield Stage(order, upstream, clip, sweep)
    sweep.stop()
    client_for.cache_clear()
    upstream.close()


def books_are_right(member: User, task: Task) -> None:
    assert audit.audit() == {}
    kept = 0 if again(task).status in (Status.FAILED, Status.CANCELLED) else task.price
    assert credits.balance(member) == 100 - kept
    for account in CreditAccount.objects.all():
        assert account.balance == sum(account.entries.values_list("amount", flat=True))


def let_time_go_by(stage: Stage, task: Task, member: User) -> None:
    """Until the last deadline: whatever still moves then would move for ever."""
    earlier(task, created_at=A_DAY)
    Attempt.objects.filter(task=task).update(lease_until=task.created_at)
    attempts.expire_leases()
    Attempt.objects.filter(task=task, decide_at__isnull=False).update(decide_at=task.created_at)
    attempts.decide_unknown()
    if again(task).status in (Status.QUEUED, Status.HELD):
        tasks.cancel(again(task), by=member)
    if again(task).status == Status.RUNNING:
        earlier(task, submitted_at=A_DAY)
        stage.poll(task)
    if again(task).status == Status.ARCHIVING:
        earlier(task, submitted_at=FOUR_DAYS)
        stage.archive(task)


def run(stage: Stage, member: User, caplog: Any, order: Any, news: bytes, **said: bytes) -> Task:
    """Lead one order through everything that may happen to it; nothing of it stays in the database."""
    caplog.clear()
    stage.replies = said
    with transaction.atomic():
        task = stage.place(*order)
        jobs.submit_next(task.provider)
        assert again(task).status != Status.SUBMITTING
        assert again(task).status in Status.values
        for attempt in Attempt.objects.all():
            assert stage.ring(attempt, news) in (200, 400, 413)
        stage.confirm()
        stage.poll(task)
        stage.archive(task)
        books_are_right(member, task)
        let_time_go_by(stage, task, member)
        books_are_right(member, task)
        ended = again(task)
        OrmQ.objects.all().delete()
        transaction.set_rollback(True)
    ours = [record for record in caplog.records if record.name.startswith("studio")]
    assert [record.getMessage() for record in ours if record.exc_info] == []
    assert ended.status in Task.ENDED, (ended.status, ended.reason)
    assert ended.status == Status.DONE or ended.reason
    return ended


# They are the same ones each time, and what a reply does to an order hardly depends on the database.
EXAMPLES = 50 if connection.vendor == "sqlite" else 15
fuzz = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=(Phase.generate,),  # an example takes a third of a second: too long to look for the shortest
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@fuzz
@given(order=st.sampled_from(ORDERS), submit=replies, poll=replies, balance=replies, news=bodies)
def test_whatever_is_answered_every_order_ends(
    stage: Stage,
    member: User,
    caplog: Any,
    order: Any,
    submit: bytes,
    poll: bytes,
    balance: bytes,
    news: bytes,
) -> None:
    run(stage, member, caplog, order, news, submit=submit, poll=poll, balance=balance)


@fuzz
@given(order=st.sampled_from(ORDERS), poll=finished, news=bodies)
def test_whatever_an_accepted_order_is_said_to_bring_it_ends(
    stage: Stage, member: User, caplog: Any, order: Any, poll: bytes, news: bytes
) -> None:
    run(stage, member, caplog, order, news, submit=ACCEPTED, poll=poll, balance=BALANCE)


@pytest.mark.parametrize(
    ("poll", "status"),
    [
        ({"status": "SUCCESS", "data": [{"lyrics": "La"}]}, Status.DONE),
        ({"status": "FAILED", "message": "It stumbled."}, Status.FAILED),
        ({"status": "RUNNING"}, Status.FAILED),
    ],
)
def test_good_answers_reach_good_ends(
    stage: Stage, member: User, caplog: Any, poll: dict[str, Any], status: str
) -> None:
    """The negative control: were every order refused, the tests above would prove little."""
    said = {"submit": ACCEPTED, "poll": answer(200, json.dumps(poll).encode()), "balance": BALANCE}
    news = b'{"task_id":"t1","event":"song.completed"}'
    assert run(stage, member, caplog, ORDERS[2], news, **said).status == status
