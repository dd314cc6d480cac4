"""Two hosts whose clocks differ by ten minutes: nobody loses an order, a credit or a webhook by it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from accounts.models import User
from studio.models import Attempt, Lease, ProviderState, Task
from studio.services import attempts, audit, credits, polls, workers
from tests import factories
from tests.conftest import Order
from tests.factories import again, earlier, song
from tests.running import RunningStudio, drop_database, postgres_url
from tests.sandbox import quick
from tests.services.test_hooks import body_of, ring, signed
from tests.time.shift import wrong_clock

TEN_MINUTES = 600
ON_POSTGRESQL = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="SQLite serves one machine, whose clock all share"
)
OFF = pytest.mark.parametrize("off", [TEN_MINUTES, -TEN_MINUTES])
Sent = Attempt.Status

__all__ = ["connection"]


@ON_POSTGRESQL
@OFF
def test_no_lease_and_no_deadline_ends_early_or_late(
    off: int, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending, doubtful = order(takes=2)
    first = factories.unknown(sending)
    earlier(first, sent_at=timedelta(minutes=4))  # the line waits so long for a proof
    ProviderState.objects.update(balance_at=factories.ago(timedelta(0)))
    second = factories.send()
    assert second.task_id == doubtful.pk
    assert workers.take(workers.SWEEP, "the other host")
    wrong_clock(monkeypatch, off)

    assert not workers.take(workers.SWEEP, "this host")
    assert (attempts.expire_leases(), attempts.decide_unknown()) == (0, 0)
    earlier(second, lease_until=timedelta(seconds=1))
    earlier(first, decide_at=timedelta(seconds=1))
    Lease.objects.update(until=factories.ago(timedelta(seconds=1)))
    assert (attempts.expire_leases(), attempts.decide_unknown()) == (1, 1)
    assert workers.take(workers.SWEEP, "this host")
    assert (again(second).status, again(first).status) == (Sent.UNKNOWN, Sent.LOST)
    assert audit.audit() == {}


@ON_POSTGRESQL
@OFF
def test_a_webhook_is_as_old_as_the_database_says(
    off: int, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = factories.accepted(order()[0], "up-1")
    signed_now, signed_long_ago = deliveries(attempt)
    wrong_clock(monkeypatch, off)
    assert ring(attempt, **signed_long_ago) == 400
    assert ring(attempt, **signed_now) == 200


def deliveries(attempt: Attempt) -> tuple[dict[str, str], dict[str, str]]:
    """The signed heads of the same body, fresh and ten minutes old."""
    body = body_of()
    return signed(attempt, body), signed(attempt, body, age=TEN_MINUTES)


@OFF
def test_a_clock_that_jumps_has_no_effect_on_money(
    off: int, order: Order, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On one machine a jump may end a lease early; the answer that comes after it counts all the same."""
    task = order()[0]
    attempt = factories.send()
    wrong_clock(monkeypatch, off)
    attempts.expire_leases()
    attempts.decide_unknown()
    assert again(attempt).status in (Sent.SENT, Sent.UNKNOWN)
    assert attempts.accept(attempt.pk, "up-1", source="the answer")
    polls.record([(task.pk, song())])
    assert again(task).status == Task.Status.ARCHIVING
    assert credits.balance(member) == 100 - factories.PRICE
    assert audit.audit() == {}


@ON_POSTGRESQL
@pytest.mark.slow
def test_a_worker_on_another_host_makes_the_song_all_the_same(tmp_path: Path) -> None:
    """Its clock is behind, the worse of the two: what the web queues lies in the future for it."""
    database = postgres_url(settings.DATABASE_URL)
    studio = RunningStudio(
        tmp_path, database, DJANGO_SETTINGS_MODULE="tests.time.settings", CLOCK_OFF=str(-TEN_MINUTES)
    )
    with quick.started(studio, tmp_path / "sandbox"):
        out = tmp_path / "song.m4a"
        made = json.loads(studio.manage("make_song", "--sound", "quiet folk", "--out", str(out)))
        assert made["credits"] == factories.PRICE
        assert len(studio.ledger()["tasks"]) == 1
        assert "All is well" in studio.manage("audit", "--files", "--upstream")
    drop_database(database)
