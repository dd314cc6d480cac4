"""The switch that pauses all spending: nothing is ordered, nothing is claimed after it, nothing is lost."""

from datetime import timedelta
from threading import Thread
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import connection, transaction
from django_q.models import OrmQ

from accounts.models import TrailEvent, User
from studio.errors import TooLate
from studio.models import Attempt, ProviderState, Task, Team
from studio.music_api.errors import RateLimited
from studio.services import attempts, credits, dispatch, health, pauses, polls, providers
from tests.conftest import Order
from tests.factories import accepted, again, earlier, send, song, unknown
from tests.threads import at_once

Status = Task.Status
in_database = pytest.mark.django_db


@in_database
def test_nothing_is_ordered(order: Order, owner: User, member: User) -> None:
    pauses.pause(by=owner, reason="The bill is late")
    with pytest.raises(
        pauses.Paused, match=r"Olga Owner has paused all spending: The bill is late\. .* kept"
    ):
        order()
    assert (credits.balance(member), Task.objects.count()) == (100, 0)
    pauses.resume(by=owner)
    assert order()


@in_database
def test_a_form_that_was_placed_before_is_answered_as_ever(order: Order, owner: User) -> None:
    first = order()
    pauses.pause(by=owner)
    assert order(form_key=first[0].form_key) == first


@in_database
def test_what_waits_goes_on_afterwards(order: Order, owner: User) -> None:
    order()
    OrmQ.objects.all().delete()
    Task.objects.update(woken_at=None)
    pauses.pause(by=owner)
    dispatch.ring_waiting()
    assert (attempts.claim_next("sandbox"), OrmQ.objects.count()) == (None, 0)
    pauses.resume(by=owner)
    dispatch.ring_waiting()
    assert OrmQ.objects.count() == 1
    assert attempts.claim_next("sandbox")


@in_database
def test_what_waited_for_days_is_tried_for_a_day_as_well(order: Order, owner: User) -> None:
    """The service was not away for that long."""
    task = order()[0]
    pauses.pause(by=owner)
    earlier(task, created_at=timedelta(days=3))
    pauses.resume(by=owner)
    attempts.record_failure(send().pk, RateLimited("Slow down."))
    assert again(task).status == Status.QUEUED


@in_database
def test_what_was_sent_goes_on(order: Order, owner: User, member: User) -> None:
    running = accepted(order()[0]).task
    doubtful = unknown(order()[0])
    pauses.pause(by=owner)
    polls.record([(running.pk, song())])
    earlier(doubtful, decide_at=timedelta(hours=1))
    assert attempts.decide_unknown() == 1
    assert (again(running).status, credits.balance(member)) == (Status.ARCHIVING, 90)


@in_database
def test_it_is_switched_once_and_written_down(owner: User) -> None:
    pauses.pause(by=owner, reason="a")
    with pytest.raises(TooLate):
        pauses.pause(by=owner, reason="b")
    assert Team.get().pause_reason == "a"
    pauses.resume(by=owner)
    with pytest.raises(TooLate):
        pauses.resume(by=owner)
    written = TrailEvent.objects.filter(what=TrailEvent.What.PAUSED).order_by("pk")
    assert [(each.actor, each.facts) for each in written] == [
        (owner, {"paused": True}),
        (owner, {"paused": False}),
    ]


@in_database
def test_a_paused_line_does_not_stand_still(order: Order, owner: User) -> None:
    """Neither while it is paused nor in the moment in which it goes on."""
    task = order()[0]
    earlier(task, created_at=timedelta(hours=1))
    assert health.WAITING in health.check().problems
    pauses.pause(by=owner)
    assert health.WAITING not in health.check().problems
    pauses.resume(by=owner)
    assert health.WAITING not in health.check().problems
    ProviderState.objects.update(paused_until=None)
    assert health.WAITING in health.check().problems


# -- A claim and the switch at the same moment ------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_many_workers_claim_nothing_after_it(order: Order, owner: User) -> None:
    """`paused_at` is taken while all lines are held: each claim is either earlier, or refused."""
    order(takes=4)
    order(takes=4)
    ProviderState.objects.update_or_create(name="sandbox", defaults={"in_flight_limit": 8})
    turns = iter([lambda: pauses.pause(by=owner), *[claim_all] * 3])
    assert [each for each in at_once(lambda: next(turns)(), 4) if each] == []
    paused_at = Team.get().paused_at
    assert paused_at
    assert [each for each in Attempt.objects.all() if each.sent_at > paused_at] == []
    assert attempts.claim_next("sandbox") is None


def claim_all() -> None:
    while attempts.claim_next("sandbox"):
        pass


@pytest.mark.django_db(transaction=True)
def test_it_waits_for_a_claim_that_has_looked(
    order: Order, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    order()
    assert committed_in_turn(owner, monkeypatch) == ["claim", "pause"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(settings.ON_SQLITE, reason="it has one writer at a time, whatever is locked")
def test_without_the_lines_locks_a_claim_would_come_after_it(
    order: Order, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the test above would see."""
    order()
    providers.state_of("sandbox")
    unlocked = SimpleNamespace(lock=lambda name: None, enabled=providers.enabled)
    monkeypatch.setattr(pauses, "providers", unlocked)
    assert committed_in_turn(owner, monkeypatch) == ["pause", "claim"]


def committed_in_turn(owner: User, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """An owner pauses while a claim has seen that nothing is paused, and is not committed yet."""
    committed: list[str] = []
    look = pauses.is_paused

    def pause() -> None:
        pauses.pause(by=owner)
        committed.append("pause")
        connection.close()

    thread = Thread(target=pause)

    def look_and_linger() -> bool:
        found = look()
        transaction.on_commit(lambda: committed.append("claim"))
        thread.start()
        thread.join(0.5)
        return found

    monkeypatch.setattr(pauses, "is_paused", look_and_linger)
    assert attempts.claim_next("sandbox")
    thread.join()
    return committed
