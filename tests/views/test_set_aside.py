"""What was set aside: taken up again or put away, and what that means for everybody's credits."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django_q.models import OrmQ

from accounts.models import User
from studio.clients import client_for
from studio.models import Clip, CreditEntry, Task
from studio.sandbox.server import Sandbox
from studio.services import attempts, audit, clips, credits, polls, proofs
from tests.canaries import API_KEY
from tests.conftest import Order
from tests.factories import again, bring_to, earlier
from tests.sandbox.caller import Caller
from tests.views.test_queue import attempts_sent, do, page
from tests.views.test_queue import olga as olga

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
Status = Task.Status


@pytest.fixture
def parked(order: Order, upstream: Sandbox, member: User) -> Task:
    """A finished song whose copy has stopped its worker three times: refunded, the house bears it."""
    caller = Caller(upstream.url)
    task = order()[0]
    attempts.accept(attempts_sent(), caller.submit(), source="the answer")
    caller.end(again(task).upstream_id)
    answer = client_for("sandbox").poll(task.operation, again(task).upstream_id)
    polls.record([(task.pk, answer)])
    Task.objects.update(claims=clips.MAX_CRASHES)
    assert clips.claim_archive(task.pk) == []
    OrmQ.objects.all().delete()  # what rang for the first copy
    assert (again(task).status, again(task).parked, credits.balance(member)) == (Status.FAILED, True, 100)
    return again(task)


def entries() -> list[tuple[str, int]]:
    return list(CreditEntry.objects.order_by("pk").values_list("kind", "amount"))


def test_a_song_that_is_taken_up_comes_at_no_cost(
    olga: Client, parked: Task, member: User, upstream: Sandbox, settings: Any, run_jobs: Any
) -> None:
    settings.PROVIDERS = {"sandbox": (upstream.url, API_KEY)}
    before = entries()
    assert "The audio could not be stored." in page(olga)
    assert "It is being copied once more" in do(olga, "queue_take_up", parked)
    run_jobs()
    assert Clip.objects.get().task_id == parked.pk
    assert (again(parked).status, again(parked).parked) == (Status.FAILED, False)
    assert (entries(), credits.balance(member)) == (before, 100)
    assert audit.audit() == {}
    assert "Nothing was set aside." in page(olga)


def test_what_stops_its_worker_again_is_set_aside_again(olga: Client, parked: Task, run_jobs: Any) -> None:
    do(olga, "queue_take_up", parked)
    for _ in range(clips.MAX_CRASHES):  # claimed, and killed
        assert clips.claim_archive(parked.pk)
        earlier(parked, archive_after=MINUTE)
    before = entries()
    assert clips.claim_archive(parked.pk) == []
    assert (again(parked).parked, again(parked).archive_after, entries()) == (True, None, before)
    assert "Take up again" in page(olga)
    assert audit.audit() == {}


def test_what_can_not_be_fetched_any_more_stays_in_sight(olga: Client, parked: Task) -> None:
    do(olga, "queue_take_up", parked)
    earlier(parked, submitted_at=timedelta(days=4))
    clips.retry_archive(parked.pk, "It is gone.")
    assert again(parked).archive_after is None
    assert "Take up again" in page(olga)


def test_twice_is_once(olga: Client, parked: Task) -> None:
    do(olga, "queue_take_up", parked)
    first = again(parked).version
    assert "it is being copied" in do(olga, "queue_take_up", parked)
    assert again(parked).version == first


def test_what_never_arrived_can_only_be_put_away(olga: Client, order: Order) -> None:
    task = order()[0]
    attempts.park(task.pk, proofs.NEVER_ARRIVED)
    shown = page(olga)
    assert proofs.NEVER_ARRIVED in shown
    assert "Take up again" not in shown
    assert "Its owner may order it again" in shown
    assert "There is nothing to take up" in do(olga, "queue_take_up", task)
    assert "Put away." in do(olga, "queue_put_away", task)
    assert "It was put away already." in do(olga, "queue_put_away", task)
    assert "Nothing was set aside." in page(olga)


def test_an_order_that_was_not_set_aside_is_left_alone(olga: Client, order: Order) -> None:
    task = bring_to(order()[0], Status.ARCHIVING)
    Task.objects.update(archive_after=None)
    do(olga, "queue_take_up", task)
    assert again(task).archive_after is None


@pytest.mark.parametrize("name", ["queue_take_up", "queue_put_away"])
def test_what_is_not_there_is_not_found(olga: Client, name: str) -> None:
    assert olga.post(reverse(name, args=[10**9])).status_code == 404
