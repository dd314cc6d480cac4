"""Many polls at once: each provider's by themselves, and what they say in few statements."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from studio.models import Task
from studio.services import polls
from tests.conftest import Order
from tests.factories import RUNNING, again, bring_to, earlier, song

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
