"""Copying keeps within its bounds: how large, how long, how often, and never for credits."""

from pathlib import Path

import pytest

from studio import archive, jobs
from studio.models import Asset, Clip, Task
from studio.sandbox.server import Sandbox
from studio.services import clips, results
from tests.conftest import Order
from tests.factories import again, earlier
from tests.sandbox.caller import Caller
from tests.test_archive import SECOND, sweep_polls

Status, Kind = Task.Status, Asset.Kind


@pytest.fixture
def waiting(order: Order, upstream: Sandbox) -> Task:
    """A song that is ready at the sandbox and waits to be copied."""
    task = order()[0]
    jobs.submit_next("sandbox")
    Caller(upstream.url).end(again(task).upstream_id)
    earlier(task, poll_after=SECOND)
    sweep_polls()
    return again(task)


@pytest.fixture
def media_folder(tmp_path: Path) -> Path:
    """Of the sandbox."""
    return tmp_path / "sandbox" / "media"


def test_copies_that_fail_cost_nothing(waiting: Task, media_folder: Path, upstream: Sandbox) -> None:
    """A paid download is never ordered by ourselves, however long the files don't come."""
    [audio] = media_folder.glob("*.m4a")
    audio.unlink()
    before = upstream.balance
    for _ in range(clips.EXTRAS_AFTER_TRIES + 2):
        jobs.archive_task(waiting.pk)
        earlier(waiting, archive_after=SECOND)
    assert (again(waiting).status, upstream.balance) == (Status.ARCHIVING, before)
    assert again(waiting).attempts.count() == 1


@pytest.mark.parametrize(
    ("kind", "megabytes"), [(Kind.MASTER, 256), (Kind.STEM, 256), (Kind.VIDEO, 512), (Kind.COVER, 10)]
)
def test_every_copy_has_its_bounds(waiting: Task, kind: str, megabytes: int) -> None:
    [work] = results.works_of(waiting)
    rules = archive._rules(work, kind)
    assert rules.max_bytes == megabytes * 1024 * 1024
    assert (rules.deadline_s, rules.min_rate, rules.grace_s) == (600, 10_000, 30)
    assert rules.token == ""


def test_a_cover_as_large_as_a_song_is_left_out(
    waiting: Task, media_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [cover] = media_folder.glob("*.jpg")
    monkeypatch.setitem(archive.MAX_BYTES_OF, Kind.COVER, cover.stat().st_size - 1)
    Task.objects.update(poll_failures=clips.EXTRAS_AFTER_TRIES)
    jobs.archive_task(waiting.pk)
    assert again(waiting).status == Status.DONE
    assert set(Clip.objects.get().assets.values_list("kind", flat=True)) == {Kind.MASTER, Kind.WAV}
