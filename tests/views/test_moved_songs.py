"""A song that was moved to another project: who sees only one of the two learns nothing of the other."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from studio.models import Asset, Clip, Project, Task
from studio.services import bin, bulk
from studio.views import cards
from tests.factories import again
from tests.songs import song
from tests.views.test_clip_page import page_of
from tests.views.test_family import made
from tests.views.test_pages import queries

ELSEWHERE = "This song is in another project now."
SECRET = "Renamed there"


@pytest.fixture
def away(stranger: User) -> Project:
    return Project.objects.get(owner=stranger)


@pytest.fixture
def moved(project: Project, away: Project) -> Clip:
    """Ordered by Mara, then moved to where she sees nothing, and renamed."""
    clip = made(project, title="Blue night", params={"title": "Blue night"})
    bulk.move([clip.pk], away)
    Clip.objects.filter(pk=clip.pk).update(title=SECRET, sound="secret strings")
    return again(clip)


def pages(client: Client, task: Task) -> list[str]:
    addresses = [reverse("task", args=[task.pk]), reverse("tasks"), f"/live/?project={task.project_id}&seen="]
    addresses.append(reverse("live") + f"?project={task.project_id}&seen={task.pk}.0")
    addresses.append(reverse("new_song", args=[task.project_id]))
    return [client.get(address).content.decode() for address in addresses]


def card_of(task: Task, user: User) -> cards.Card:
    return cards.build(Task.objects.for_card().filter(pk=task.pk), user)[0]


def test_its_card_in_the_old_project_says_only_where_it_went(
    mara: Client, moved: Clip, project: Project, upstream: Any
) -> None:
    assert moved.task
    texts = pages(mara, moved.task)
    for text in texts:
        assert SECRET not in text
        assert "secret strings" not in text
        assert f"/clips/{moved.pk}/" not in text
    assert ELSEWHERE in texts[0]
    assert ELSEWHERE in texts[1]
    assert "Blue night" in texts[0]  # as it was ordered here


def test_who_sees_both_projects_sees_the_song_on_its_card(as_: Any, moved: Clip, owner: User) -> None:
    assert moved.task
    text = as_(owner).get(reverse("task", args=[moved.task_id])).content.decode()
    assert SECRET in text
    assert ELSEWHERE not in text


@pytest.mark.parametrize("operation", ["video_clip", "extend_music"])
@pytest.mark.parametrize("status", ["running", "done", "failed"])
def test_an_order_on_a_song_that_moved_does_not_name_it(
    mara: Client, moved: Clip, project: Project, member: User, operation: str, status: str
) -> None:
    task = made(project, moved, operation).task
    assert task
    Clip.objects.filter(task=task).delete()
    ended = timezone.now() if status != "running" else None
    Task.objects.filter(pk=task.pk).update(status=status, ended_at=ended)
    text = mara.get(reverse("task", args=[task.pk])).content.decode()
    assert SECRET not in text
    assert reverse("clip", args=[moved.pk]) not in text
    assert (ELSEWHERE in text) is (status == "done")
    assert SECRET not in mara.get(reverse("tasks")).content.decode()
    assert SECRET not in mara.get(reverse("credits")).content.decode()


def test_a_file_that_came_to_a_song_that_moved_leads_nowhere(
    moved: Clip, project: Project, member: User, owner: User
) -> None:
    task = made(project, operation="download").task
    assert task
    Clip.objects.filter(task=task).delete()
    facts = {"name": "x", "content_type": "audio/mpeg", "size": 1, "sha256": "0"}
    Asset.objects.create(clip=moved, task=task, kind="mp3", **facts)
    assert (card_of(task, member).home, card_of(task, member).lost) == (None, ELSEWHERE)
    assert (card_of(task, owner).home, card_of(task, owner).lost) == (moved.pk, "")


def test_a_song_in_the_bin_is_on_its_card_and_one_that_is_gone_is_not(
    project: Project, member: User, owner: User
) -> None:
    clip = made(project)
    assert clip.task
    bin.put([clip.pk], by=member)
    assert card_of(clip.task, member).clip == clip
    bin.empty([clip.pk])
    for user in (member, owner):
        card = card_of(clip.task, user)
        assert (card.clip, card.home) == (None, None)
        assert "left the bin for good" in card.lost


def test_its_page_offers_nothing_of_an_order_that_one_can_not_see(
    as_: Any, moved: Clip, stranger: User, project: Project, upstream: Any
) -> None:
    child = Task.objects.create(
        project=project,
        created_by=project.owner,
        source=moved,
        operation="cover_music",
        provider="sandbox",
        params={"instruction": "a waltz of ours"},
        form_key=uuid.uuid4(),
        price=10,
    )
    text = page_of(as_(stranger), moved)
    assert "Use again" not in text
    assert "Another take" not in text
    assert reverse("task", args=[moved.task_id]) not in text
    assert f"task-{child.pk}" not in text
    own = made(Project.objects.get(owner=stranger))
    text = page_of(as_(stranger), own)
    assert "Use again" in text
    assert reverse("task", args=[own.task_id]) in text


def test_ten_moved_songs_cost_as_many_queries_as_thirty(
    mara: Client, project: Project, away: Project
) -> None:
    def some(count: int) -> int:
        for number in range(count):
            clip = made(project, title=f"{number}")
            film = made(project, clip, "video_clip")
            Clip.objects.filter(task=film.task).delete()
            Clip.objects.filter(pk=clip.pk).update(project=away)
            Asset.objects.create(
                clip=song(away), task=bare(project), kind="mp3", name=f"{clip.pk}", size=1, sha256="0"
            )
        return queries(mara, reverse("tasks"))

    assert some(10) == some(20)


def bare(project: Project) -> Task:
    """A finished import that brought no song of its own."""
    task = made(project, operation="download").task
    assert task
    Clip.objects.filter(task=task).delete()
    return task
