"""The order in which a line goes, and whose words are told to whom."""

import random
import uuid
from collections.abc import Iterable
from datetime import timedelta

import pytest

from accounts.models import User
from studio.models import Project, Task
from studio.models.clock import db_now
from studio.services import lines, queue
from studio.views import cards
from tests.conftest import Order
from tests.factories import accepted, again

pytestmark = pytest.mark.django_db
Status = Task.Status


def placed(project: Project, people: Iterable[User], statuses: Iterable[str]) -> list[Task]:
    """A task for each status, ordered by the person beside it."""
    one = {"project": project, "provider": "sandbox", "operation": "create_music", "price": 10}
    return Task.objects.bulk_create(
        Task(created_by=person, form_key=uuid.uuid4(), status=status, params={"title": "Secret"}, **one)
        for person, status in zip(people, statuses, strict=False)
    )


def sent_one_by_one() -> list[int]:
    """The line's order as `claim_next` chooses, while none of them ends."""
    sent = []
    while task := lines.next_in_line("sandbox", db_now()).first():
        sent.append(task.pk)
        Task.objects.filter(pk=task.pk).update(status=Status.RUNNING)
    return sent


@pytest.mark.parametrize("seed", range(4))
def test_the_line_is_told_in_the_order_in_which_it_goes(
    seed: int, project: Project, member: User, editor: User, owner: User
) -> None:
    chance = random.Random(seed)
    statuses = chance.choices((Status.QUEUED, Status.RUNNING, Status.UNKNOWN), (9, 2, 1), k=25)
    placed(project, chance.choices((member, editor, owner), (6, 2, 1), k=25), statuses)
    told = [pk for pk, _ in lines.in_order(db_now())["sandbox"]]
    assert told == sent_one_by_one()
    assert len(told) > 10
    assert told != sorted(told)


def test_what_may_not_go_yet_comes_last(order: Order) -> None:
    first, second = order(takes=2)
    Task.objects.filter(pk=first.pk).update(send_after=db_now() + timedelta(minutes=1))
    assert [pk for pk, _ in lines.in_order(db_now())["sandbox"]] == [second.pk, first.pk]


def told(user: User) -> list[tuple[str, int, int, bool]]:
    """Who, which places, and whether in full."""
    [line] = queue.waiting(user)
    return [(str(each.person)[:4], each.place, each.last, each.task is not None) for each in line.entries]


def test_others_have_no_words(project: Project, member: User, editor: User, owner: User) -> None:
    placed(
        project,
        (member, member, member, editor),
        (Status.RUNNING, Status.QUEUED, Status.QUEUED, Status.QUEUED),
    )
    assert told(editor) == [("Edda", 1, 1, True), ("Mara", 2, 3, False)]
    assert told(member) == [("Edda", 1, 1, False), ("Mara", 2, 2, True), ("Mara", 3, 3, True)]
    assert told(owner) == [("Edda", 1, 1, True), ("Mara", 2, 2, True), ("Mara", 3, 3, True)]
    [line] = queue.waiting(editor)
    assert [(each.count, each.task) for each in line.at_work] == [(1, None)]


def test_ones_own_are_told_wherever_they_stand(
    project: Project, member: User, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "SHOWN", 3)
    placed(project, [member] * 5 + [editor] * 5, [Status.QUEUED] * 10)
    assert told(member)[-1] == ("Mara", 9, 9, True)
    [line] = queue.waiting(member)
    assert (line.count, line.more) == (10, 4)


def test_on_hold_and_in_the_line_are_not_told_together(project: Project, member: User, editor: User) -> None:
    placed(project, [member] * 3, (Status.QUEUED, Status.HELD, Status.HELD))
    assert [(each.place, each.count) for each in queue.waiting(editor)[0].entries] == [(1, 1), (0, 2)]


def test_the_card_shows_the_same_place(project: Project, member: User, editor: User, order: Order) -> None:
    accepted(order()[0])
    mine = placed(project, [member], [Status.QUEUED])[0]
    hers = placed(project, [editor], [Status.QUEUED])[0]
    found = cards.build(Task.objects.for_card().filter(pk__in=[mine.pk, hers.pk]).order_by("pk"), member)
    assert [card.position for card in found] == [2, 1]
    assert again(hers).status == Status.QUEUED
