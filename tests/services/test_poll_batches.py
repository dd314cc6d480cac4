"""Many polls at once: each provider's by themselves, and what they say in few statements."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from studio.models import CreditEntry, Task
from studio.music_api.errors import NeedsAttention
from studio.services import credits, polls, tasks
from tests.conftest import Order
from tests.factories import RUNNING, accepted, again, bring_to, earlier, song

Status = Task.Status
SECOND = timedelta(seconds=1)


def test_each_provider_s_tasks_are_claimed_by_themselves(order: Order) -> None:
    first, second = (bring_to(order()[0], Status.RUNNING) for _ in range(2))
    Task.objects.filter(pk=second.pk).update(provider="musicapi")
    assert polls.providers_due() == []
    for task in (first, second):
        earlier(task, poll_after=SECOND)
    assert polls.providers_due() == ["musicapi", "sandbox"]
    assert polls.claim_due(0, "sandbox") == polls.claim_due(-1, "sandbox") == []
    assert [due.task_id for due in polls.claim_due(5, "sandbox")] == [first.pk]
    assert polls.providers_due() == ["musicapi"]


def test_what_many_answers_say_costs_no_query_for_each(
    order: Order,
) -> None:
    def queries(count: int) -> int:
        placed = [bring_to(order()[0], Status.RUNNING) for _ in range(count)]
        with CaptureQueriesContext(connection) as captured:
            polls.record([(task.pk, RUNNING) for task in placed])
        return len(captured)

    assert queries(1) == queries(3)


def test_news_among_many_answers_is_not_lost(order: Order) -> None:
    first, second, third = (bring_to(order()[0], Status.RUNNING) for _ in range(3))
    Task.objects.filter(pk=second.pk).update(poll_failures=3, submitted_at=first.submitted_at - 10 * SECOND)
    polls.record([(first.pk, RUNNING), (second.pk, RUNNING), (third.pk, song())])
    assert [again(task).status for task in (first, second, third)] == [
        *(Status.RUNNING, Status.RUNNING, Status.ARCHIVING)
    ]
    assert again(second).poll_failures == 0


def test_songs_of_different_age_are_asked_for_at_their_own_pace(order: Order) -> None:
    young, old = (bring_to(order()[0], Status.RUNNING) for _ in range(2))
    earlier(old, submitted_at=timedelta(minutes=10))
    polls.record([(young.pk, RUNNING), (old.pk, RUNNING)])
    wait = again(old).poll_after - again(young).poll_after
    assert wait.total_seconds() == polls.SLOW_S - 5


@pytest.mark.django_db(transaction=True)
def test_of_trouble_that_ends_a_song_they_wait_in_that_order_as_well(
    order: Order, editor: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Else the sweep would hold the house and want the account of who gives another song up."""
    first, (second, third) = order()[0], order(by=editor, takes=2)
    for task in (first, second, third):
        accepted(task)
    book, others = credits.house_entry, []

    def give_up() -> Task | None:
        try:
            return tasks.fail(third.pk, "Given up.", house=CreditEntry.Kind.LOSS)
        finally:
            connection.close()

    def book_slowly(*entry: Any) -> None:
        book(*entry)
        if not others:
            others.append(pool.submit(give_up))
            time.sleep(0.3)  # for the other to take what locks it can

    monkeypatch.setattr(credits, "house_entry", book_slowly)
    error = NeedsAttention("Look at the account.")
    with ThreadPoolExecutor(1) as pool:
        polls.record([(first.pk, error), (second.pk, error)])
        assert others[0].result(timeout=30)
    assert [again(task).status for task in (first, second, third)] == [Status.FAILED] * 3
    assert "could not be stored" not in caplog.text
