"""What a task says of itself, which tasks a person sees, and what the rows are called in logs and alarms."""

from typing import Any

import pytest

from accounts.models import User
from studio.models import Clip, Task
from studio.services import credits
from tests import factories
from tests.conftest import Order
from tests.factories import again, bring_to

Status = Task.Status


def test_a_task_is_seen_by_those_who_see_its_project(
    order: Order, member: User, viewer: User, stranger: User
) -> None:
    task = order()[0]
    seen = [list(Task.objects.visible_to(user)) for user in (member, viewer, stranger)]
    assert seen == [[task], [task], []]


def test_what_is_done_without_a_song_has_its_place_elsewhere(order: Order) -> None:
    ready, waiting = order(takes=2)
    bring_to(ready, Status.DONE)
    assert list(Task.objects.of_a_library()) == [waiting]


def test_a_card_costs_the_same_for_one_task_and_for_four(
    order: Order, django_assert_num_queries: Any
) -> None:
    order(takes=4)
    with django_assert_num_queries(4):
        for task in Task.objects.for_card():
            assert (task.created_by.name, task.project.owner_id) == ("Mara Member", task.created_by_id)
            assert not [*task.clips.all(), *task.attempts.all(), *task.lyric_revisions.all()]


@pytest.mark.parametrize("status", Status.values)
def test_a_task_moves_until_it_ends(status: str) -> None:
    assert Task(status=status).is_moving is (status not in Task.ENDED)


@pytest.mark.parametrize(
    ("params", "title"),
    [
        ({"title": "Rain", "sound": "folk", "lyrics": "Drops"}, "Rain"),
        ({"title": "", "sound": "folk"}, "folk"),
        ({"prompt": "a song of rain"}, "a song of rain"),
        ({"id": "song-1"}, "song-1"),
        ({"audio_url": "https://example.org/a.mp3"}, "https://example.org/a.mp3"),
        ({"lyrics": "[Verse]\nDrops on the roof"}, "Drops on the roof"),
        ({}, ""),
    ],
)
def test_the_title_is_what_was_ordered(params: dict[str, str], title: str) -> None:
    assert Task(params=params).title == title


def test_an_order_for_a_clip_is_called_as_the_clip_is() -> None:
    assert Task(params={"title": "Mine"}, source=Clip(title="Rain")).title == "Rain"


def test_rows_say_which_they_are(order: Order, member: User) -> None:
    task = order()[0]
    attempt = factories.accepted(task)
    assert str(again(task)) == f"task {task.pk} (running)"
    assert str(attempt) == f"attempt {attempt.pk} of task {task.pk} (accepted)"
    assert str(task.events.last()) == "submitting -> running"
    assert str(credits.account_of(member)) == str(member)
    assert str(credits.house()) == "the house"
    assert str(credits.statement(member)[0]) == "charge -10"
