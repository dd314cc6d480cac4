"""What each SUCCESS brings: a clip of its own, or files of the clip that it was ordered for."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from studio.models import Asset, Clip, Task
from studio.music_api.types import Item
from studio.services import audit, media, results
from studio.services.results import Copy, Work
from tests.conftest import Order
from tests.views.conftest import clip  # noqa: F401  a finished song with real files

pytestmark = pytest.mark.composed

Settle = Callable[[], None]
Ordered = Callable[..., Task]


@pytest.fixture
def ordered(clip: Clip, order: Order, settle: Settle) -> Ordered:  # noqa: F811
    """Order something from the clip and wait until it has come."""

    def do(operation: str, **params: Any) -> Task:
        params["clip_id"] = clip.upstream_id
        task = order(operation=operation, params=params, source=clip)[0]
        settle()
        done = Task.objects.get(pk=task.pk)
        assert done.status == "done", done.reason
        return done

    return do


SONGS = [
    ("extend_music", {"starts_at": 1.5, "length": 30}),
    ("replace_music", {"starts_at": 0.5, "ends_at": 1.5}),
    ("cover_music", {"instruction": "a waltz"}),
]


@pytest.mark.parametrize(("operation", "params"), SONGS)
def test_a_new_song_is_a_clip_of_its_own(clip: Clip, ordered: Ordered, operation: str, params: Any) -> None:  # noqa: F811
    before = set(clip.assets.values_list("pk", flat=True))
    task = ordered(operation, **params)
    made = Clip.objects.get(task=task)
    assert made != clip
    assert made.master
    assert made.duration > 0
    assert (made.project, made.created_by) == (clip.project, clip.created_by)
    assert set(clip.assets.values_list("pk", flat=True)) == before


def test_a_video_is_a_file_of_its_clip(clip: Clip, ordered: Ordered) -> None:  # noqa: F811
    task = ordered("video_clip", preset="player")
    video = clip.assets.get(kind="video")
    assert (video.task, video.label, video.content_type) == (task, "player", "video/mp4")
    assert media.path_of(video.name).stat().st_size == video.size
    assert not task.clips.exists()


def test_a_second_video_in_one_look_stands_beside_the_first(clip: Clip, ordered: Ordered) -> None:  # noqa: F811
    for preset in ("modern", "modern", "simple"):
        ordered("video_clip", preset=preset)
    labels = clip.assets.filter(kind="video").order_by("pk").values_list("label", flat=True)
    assert list(labels) == ["modern", "modern 2", "simple"]


@pytest.mark.parametrize("kind", ["mp3", "wav"])
def test_a_download_is_told_from_what_we_made(clip: Clip, ordered: Ordered, kind: str) -> None:  # noqa: F811
    ours = Asset.objects.get(clip=clip, kind="wav")
    ordered("download", format=kind)
    theirs = clip.assets.get(kind=kind, label="from the provider")
    assert theirs.pk != ours.pk
    assert theirs.extension == kind
    assert Asset.objects.get(pk=ours.pk).sha256 == ours.sha256


def kept(clip: Clip, task: Task, *stems: tuple[str, bytes]) -> list[str]:  # noqa: F811
    """Keep stems of these labels and bytes for the clip; the labels that it has then."""
    copies = []
    for number, (label, content) in enumerate(stems):
        path = media.incoming(f"{task.pk}-{number}")
        path.write_bytes(content)
        sha256 = hashlib.sha256(content).hexdigest()
        copies.append(Copy("stem", path, "audio/wav", "wav", len(content), sha256, label))
    item = Item(clip_id=clip.upstream_id)
    results.keep(Work(task.pk, 1, item, clip.pk, (), (), (), "", 0), copies, None)
    return list(clip.assets.filter(kind="stem").order_by("pk").values_list("label", flat=True))


def test_silent_stems_have_the_same_bytes_and_are_two_files(clip: Clip) -> None:  # noqa: F811
    assert kept(clip, clip.task, ("人声", b"silence"), ("鼓", b"silence")) == ["人声", "鼓"]
    assert audit.audit_files() == {}


def test_a_stem_whose_name_begins_like_another_s_takes_nothing_from_it(clip: Clip) -> None:  # noqa: F811
    assert kept(clip, clip.task, ("Guitar 2", b"one"), ("Guitar", b"two")) == ["Guitar 2", "Guitar"]


def test_keeping_once_more_after_a_crash_adds_nothing(clip: Clip) -> None:  # noqa: F811
    stems = (("Drums", b"one"), ("Bass", b"two"))
    assert kept(clip, clip.task, *stems) == kept(clip, clip.task, *stems) == ["Drums", "Bass"]
    assert audit.audit_files() == {}


def test_a_clip_that_came_of_another_task_meanwhile_is_not_touched(
    clip: Clip,  # noqa: F811
    order: Order,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(results, "_check_ours", lambda work: None)  # it came after that was asked
    work = Work(order()[0].pk, 1, Item(clip_id=clip.upstream_id), None, (), (), (), "", 0)
    before = list(clip.assets.values_list("name", flat=True))
    with pytest.raises(results.NotOurs):
        results.keep(work, [], results.Sound(2.0, -14.0, -1.0, bytes(600)))
    assert list(clip.assets.values_list("name", flat=True)) == before
