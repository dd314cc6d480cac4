"""How much a project may keep: what counts, what is refused before money, and what never is."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio.models import Asset, Clip, Conversion, Import, Project, Task, Upload
from studio.services import bulk, conversions, credits, imports, media, quotas, uploads
from tests.conftest import Order
from tests.factories import again
from tests.songs import song
from tests.views.conftest import clip, mara  # noqa: F401  a finished song with real files

FACTS: dict[str, Any] = {"content_type": "audio/mp4", "sha256": "x"}


@pytest.fixture
def full(project: Project, clip: Clip) -> Project:  # noqa: F811
    """A project that one finished song fills."""
    quotas.set_limit(project, 1)
    clip.assets.filter(kind="master").update(size=quotas.MB)
    return project


def test_files_of_clips_and_what_comes_in_take_room(clip: Clip, member: User) -> None:  # noqa: F811
    project = clip.project
    songs = sum(asset.size for asset in clip.assets.all())
    assert quotas.used(project) == songs
    who: dict[str, Any] = {"project": project, "created_by": member}
    Upload.objects.create(**who, title="a", name="uploads/a.m4a", size=100, duration=1, **FACTS)
    Import.objects.create(**who, filename="b.wav", size=99, received=20)
    assert quotas.used(project) == songs + 199


def test_files_that_still_come_leave_no_room_for_more_than_fits(project: Project, member: User) -> None:
    quotas.set_limit(project, 10)
    facts: dict[str, Any] = {"project": project, "by": member, "size": 6_000_000}
    first = imports.begin(filename="a.wav", **facts)
    assert first.problem == ""
    assert "This takes 6.0 MB" in imports.begin(filename="b.wav", **facts).problem
    imports.put_away(first)
    assert imports.begin(filename="b.wav", **facts).problem == ""


def test_a_file_that_is_a_clip_s_original_counts_once(clip: Clip, member: User) -> None:  # noqa: F811
    before = quotas.used(clip.project)
    Upload.objects.create(
        project=clip.project,
        created_by=member,
        task=clip.task,
        title="a",
        name="a",
        size=100,
        duration=1,
        **FACTS,
    )
    Asset.objects.create(clip=clip, kind="original", name="a", size=100, **FACTS)
    assert quotas.used(clip.project) == before + 100


def test_another_project_s_files_take_no_room_here(clip: Clip, owner: User) -> None:  # noqa: F811
    assert quotas.used(Project.objects.get(owner=owner)) == 0


@pytest.mark.parametrize(
    ("taken", "limit", "words"),
    [
        (0, 2000, "0.0 of 2.0 GB"),
        (1_999_999_999, 2000, "1.9 of 2.0 GB"),
        (2_000_000_000, 2000, "2.0 of 2.0 GB"),
        (2_345_000_000, 2000, "2.3 of 2.0 GB"),
        (12_345_678, 100, "12.3 of 100.0 MB"),
        (1, 5_000_000, "0.0 of 5,000.0 GB"),
    ],
)
def test_figures_never_look_fuller_than_it_is(taken: int, limit: int, words: str) -> None:
    assert quotas.figure(taken, limit * quotas.MB) == words


def test_without_a_limit_nothing_is_ever_counted(
    project: Project, django_assert_num_queries: Callable[[int], Any]
) -> None:
    with django_assert_num_queries(0):
        assert quotas.why_full(project, more=10**15) == ""


def test_what_would_not_fit_is_told_before_it_comes(project: Project) -> None:
    quotas.set_limit(project, 1)
    assert quotas.why_full(project) == quotas.why_full(project, more=10**6) == ""
    words = quotas.why_full(project, more=1_100_000)
    assert words.startswith("This takes 1.1 MB, and of the project's storage 0.0 of 1.0 MB are taken.")


def test_an_order_is_refused_before_money(full: Project, order: Order, member: User) -> None:
    before, rows = credits.balance(member), Task.objects.count()
    with pytest.raises(quotas.Full, match=r"full: 1\.\d of 1\.0 MB\. An owner"):
        order()
    assert (credits.balance(member), Task.objects.count()) == (before, rows)


def test_the_same_order_again_is_still_the_same(full: Project, order: Order, clip: Clip) -> None:  # noqa: F811
    same = {name: value for name, value in clip.task.params.items() if name != "seed"}
    assert order(form_key=clip.task.form_key, params=same) == [clip.task]


def test_words_take_no_room(full: Project, order: Order) -> None:
    assert order(operation="make_lyrics", params={"prompt": "rain"})


def test_a_paid_result_is_kept_in_a_full_project(
    order: Order, project: Project, settle: Callable[[], None]
) -> None:
    [task] = order()
    quotas.set_limit(project, 0)
    settle()
    assert Task.objects.get(pk=task.pk).status == Task.Status.DONE
    assert Clip.objects.get(task=task).master


def test_an_upload_is_refused_and_leaves_nothing(full: Project, member: User) -> None:
    quotas.set_limit(full, 10)
    path, files = media.incoming("big"), list(media.names())
    path.write_bytes(b"x")
    facts: dict[str, Any] = {**FACTS, "extension": "m4a", "size": 9_900_000, "duration": 1.0}
    recording = uploads.Recording(path=path, title="Big", **facts)
    with pytest.raises(quotas.Full, match=r"This takes 9[.]9 MB"):
        uploads.order(project=full, by=member, provider="sandbox", recording=recording, form_key=uuid.uuid4())
    assert list(media.names()) == files
    assert not Upload.objects.exists()


def test_no_other_format_is_made_in_a_full_project(full: Project, clip: Clip) -> None:  # noqa: F811
    with pytest.raises(quotas.Full):
        conversions.ask(Clip.objects.get(pk=clip.pk), "mp3")
    assert not Conversion.objects.exists()


def test_the_limit_can_be_lifted(full: Project, order: Order) -> None:
    quotas.set_limit(full, None)
    assert order()


@pytest.mark.parametrize("alone", [False, True])
def test_songs_move_into_a_project_only_when_all_of_them_fit(
    project: Project, owner: User, alone: bool
) -> None:
    """The second take goes along with the first, unless that goes alone."""
    target, stack = Project.objects.get(owner=owner), uuid.uuid4()
    takes = [song(project, title, stack=stack, is_front=title == "A") for title in "AB"]
    for take in takes:
        Asset.objects.create(clip=take, kind="master", name=f"{take.pk}.m4a", size=700_000, **FACTS)
    quotas.set_limit(target, 1)
    if alone:
        assert bulk.move([takes[0].pk], target, alone=True) == 1
    else:
        with pytest.raises(quotas.Full, match=r"This takes 1[.]4 MB"):
            bulk.move([takes[0].pk], target)
        quotas.set_limit(target, 2)
        assert bulk.move([take.pk for take in takes], target) == 2
    quotas.set_limit(target, 0)
    assert bulk.move([takes[0].pk], target) == 0, "what is there already takes no more room"


def test_a_move_that_does_not_fit_says_so_and_moves_nothing(mara: Client, project: Project) -> None:  # noqa: F811
    target = Project.objects.create(name="Full", owner=project.owner, quota_mb=0)
    mine = song(project)
    Asset.objects.create(clip=mine, kind="master", name="a.m4a", size=1, **FACTS)
    answer = mara.post(reverse("library_bulk"), {"act": "move", "clip": mine.pk, "project": target.pk})
    assert answer.status_code == 422
    assert "storage is full" in answer.content.decode()
    assert again(mine).project == project
