"""A song that is imported while the bin is emptied: the new one loses nothing, and the import is not lost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from studio.models import Asset, Clip, Project, Task
from studio.music_api.types import Item
from studio.services import bin, media, results
from studio.services.results import NotOurs, Sound, Work
from tests.conftest import Order
from tests.factories import again, ago, bring_to
from tests.services.test_bin import stored
from tests.songs import song

HEARD = Sound(2.0, -14.0, -1.0, bytes(600))


@pytest.fixture
def gone(project: Project, member: User) -> Clip:
    """The emptying has begun: its files are still there."""
    judged = {"rating": 4, "plays": 7, "has_video": True, "approved_at": ago(bin.KEPT_FOR)}
    times = {"binned_at": ago(bin.KEPT_FOR), "purged_at": ago(bin.KEPT_FOR)}
    clip = song(project, provider="sandbox", approved_by=member, is_front=False, **judged, **times)
    Clip.objects.filter(pk=clip.pk).update(upstream_id="clip-1", notes="mine")
    for name in ("clips/a.m4a", "clips/b.png"):
        stored(clip, name, "master" if name.endswith("m4a") else "cover")
    return again(clip)


@pytest.fixture
def importing(order: Order) -> Task:
    """An import of that song, whose files wait to be copied."""
    return bring_to(order(operation="download", params={"id": "clip-1"})[0], Task.Status.ARCHIVING)


def work(task: Task, clip: Clip | None = None) -> Work:
    return Work(task.pk, 1, Item(clip_id="clip-1"), clip.pk if clip else None, (), (), (), "", 0)


def test_the_files_of_a_song_that_came_back_meanwhile_stay(
    gone: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    def remove(name: str) -> None:
        really(name)
        Clip.objects.filter(pk=gone.pk).update(purged_at=None, binned_at=None)

    really = media.remove
    monkeypatch.setattr(media, "remove", remove)
    bin.purge(0)
    assert Asset.objects.get(clip=gone).name in [name for name, _ in media.names()]


def test_it_comes_back_once_its_old_files_are_gone_and_as_nobody_heard_it_yet(
    gone: Clip, importing: Task
) -> None:
    with pytest.raises(NotOurs, match="old files"):
        results.keep(work(importing), [], HEARD)
    assert again(gone).purged_at is not None
    bin.purge(0)
    clip = results.keep(work(importing), [], HEARD)
    assert (clip.pk, clip.task, clip.purged_at) == (gone.pk, importing, None)
    assert (clip.rating, clip.plays, clip.has_video, clip.notes) == (0, 0, False, "")
    assert (clip.approved_at, clip.approved_by) == (None, None)


def test_an_import_into_a_song_that_goes_for_good_meanwhile_is_made_anew(
    project: Project, importing: Task
) -> None:
    clip = song(project, provider="sandbox", binned_at=ago(bin.KEPT_FOR), is_front=False)
    Clip.objects.filter(pk=clip.pk).update(upstream_id="clip-1")
    before = results.works_of(importing)[0]
    assert before.clip_id == clip.pk
    bin.empty([clip.pk])
    with pytest.raises(NotOurs, match="for good"):
        results.keep(before, [], None)
    assert results.works_of(importing)[0].clip_id is None
    assert results.keep(work(importing), [], HEARD).task == importing


def test_what_was_ordered_of_a_song_is_not_tried_for_ever_when_that_is_gone(gone: Clip, order: Order) -> None:
    task = order(operation="download", params={"clip_id": "clip-1", "format": "wav"}, source=gone)[0]
    assert results.keep(work(task, gone), [], None) == gone


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
def test_the_emptying_locks_songs_in_the_order_of_everybody(project: Project) -> None:
    ids = [song(project, title, binned_at=ago(bin.KEPT_FOR), is_front=False).pk for title in "AB"]
    with CaptureQueriesContext(connection) as captured:
        assert bin.empty(ids[::-1]) == 2
    statements = [query["sql"] for query in captured]
    update = next(number for number, sql in enumerate(statements) if sql.startswith("UPDATE"))
    assert statements[update - 1].endswith("ORDER BY 1 ASC FOR UPDATE")
