"""The table of a task's life is whole, and the database keeps its own rules."""

import pytest

from accounts.models import User
from studio.models import Attempt, Project, Task
from studio.models.tasks import first_line
from tests import factories
from tests.conftest import Order
from tests.factories import again, bring_to
from tests.models.rules import broken_rule

Status = Task.Status


def test_every_status_is_in_the_table() -> None:
    assert set(Task.TRANSITIONS) == set(Status.values)
    assert set().union(*Task.TRANSITIONS.values()) | {Status.QUEUED} == set(Status.values)


def test_nothing_leads_out_of_an_end_and_every_other_status_leads_to_one() -> None:
    assert {status for status in Status.values if not Task.TRANSITIONS[status]} == set(Task.ENDED)
    assert set(Task.MOVING) | set(Task.ENDED) == set(Status.values)
    assert all(Task.TRANSITIONS[status] & {Status.FAILED, Status.CANCELLED} for status in Task.MOVING)


def test_an_unknown_order_never_goes_back_to_sending_without_a_queue() -> None:
    """Only a claim leads to SUBMITTING, and only from the line."""
    assert [old for old in Status.values if Status.SUBMITTING in Task.TRANSITIONS[old]] == [Status.QUEUED]


@pytest.mark.parametrize("status", Status.values)
def test_a_factory_reaches_every_status(status: str, order: Order) -> None:
    assert bring_to(order()[0], status).status == status


def test_one_form_makes_each_take_once(order: Order, member: User, project: Project) -> None:
    task = order()[0]
    with broken_rule("task_once_per_form", "form_key"):
        Task.objects.create(
            project=project, created_by=member, form_key=task.form_key, provider="sandbox", price=10
        )


def test_an_upstream_id_belongs_to_one_task_of_a_provider(order: Order) -> None:
    first, second = order(takes=2)
    factories.accepted(first, "up-1")
    with broken_rule("upstream_id_once", "upstream_id"):
        Task.objects.filter(pk=second.pk).update(upstream_id="up-1")


def test_an_end_has_a_time(order: Order) -> None:
    with broken_rule("task_end_has_a_time"):
        Task.objects.filter(pk=order()[0].pk).update(status=Status.DONE)


def test_a_task_has_one_live_attempt(order: Order) -> None:
    task = order()[0]
    attempt = factories.send()
    with broken_rule("attempt_one_live_per_task", "task_id"):
        Attempt.objects.create(
            task=task, provider="sandbox", token="t", sent_at=attempt.sent_at, lease_until=attempt.lease_until
        )


def test_an_upstream_id_belongs_to_one_attempt_of_a_provider(order: Order) -> None:
    first, _ = order(takes=2)
    factories.accepted(first, "up-1")
    other = factories.send()
    with broken_rule("upstream_id_once", "upstream_id"):
        Attempt.objects.filter(pk=other.pk).update(upstream_id="up-1")


def test_the_longest_id_that_a_provider_may_give_has_room(order: Order) -> None:
    """The decoder lets 128 characters through; PostgreSQL would raise at a shorter column."""
    task = order()[0]
    factories.accepted(task, "x" * 128)
    assert again(task).upstream_id == "x" * 128


@pytest.mark.parametrize(
    ("params", "title"),
    [
        ({"title": "Rain", "sound": "folk"}, "Rain"),
        ({"sound": "folk", "lyrics": "[Verse]\nWalk on"}, "folk"),
        ({"lyrics": "[Verse]\n\n  Walk on  \nand on"}, "Walk on"),
        ({"lyrics": "[Verse]"}, ""),
        ({}, ""),
    ],
)
def test_a_task_is_called_by_what_the_person_typed(params: dict[str, str], title: str) -> None:
    assert Task(params=params).title == title


@pytest.mark.parametrize(
    ("text", "line"), [(None, ""), ("", ""), ("\n[Intro]\n[Verse]\nOh\n", "Oh"), ("one line", "one line")]
)
def test_the_first_sung_line(text: str | None, line: str) -> None:
    assert first_line(text) == line
