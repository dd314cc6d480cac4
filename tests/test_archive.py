"""Copying real audio from a real sandbox: whole, verified, once, and again after whatever went wrong."""

import errno
import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from accounts.models import User
from studio import archive, jobs, sweep
from studio.audio.ffmpeg import FfmpegTimeout
from studio.models import Asset, Clip, CreditEntry, Task
from studio.services import audit, clips, credits, media, polls, results, tasks
from tests.conftest import Order
from tests.factories import again, earlier, until
from tests.sandbox.caller import Caller

Status, Kind = Task.Status, Asset.Kind
SONG = {Kind.MASTER, Kind.WAV, Kind.COVER, Kind.THUMB}
SECOND = timedelta(seconds=1)


@pytest.fixture
def caller(upstream: Any) -> Caller:
    return Caller(upstream.url)


@pytest.fixture
def ready(order: Order, caller: Caller) -> Task:
    """A song that is ready at the sandbox and waits to be copied."""
    task = order(params={"sound": "quiet folk", "title": "Rain"})[0]
    jobs.submit_next("sandbox")
    caller.end(again(task).upstream_id)
    earlier(task, poll_after=SECOND)
    sweep_polls()
    assert again(task).status == Status.ARCHIVING
    return again(task)


def sweep_polls() -> None:
    polls.record([(due.task_id, sweep._poll(due)) for due in polls.claim_due()])


@pytest.fixture
def media_of_sandbox(tmp_path: Path) -> Path:
    return tmp_path / "sandbox" / "media"


def files() -> list[Path]:
    root = media.path_of("")
    return sorted(path for path in root.rglob("*") if path.is_file() and path.name != "incoming.looked")


def all_is_well(balance: int | None = None) -> None:
    assert audit.audit() == {}
    assert audit.audit_files() == {}
    if balance is not None:
        assert audit.unexplained("sandbox", balance) == 0


# -- The whole way --------------------------------------------------------------------------------


def test_a_song_goes_all_the_way_into_the_library(
    order: Order, member: User, settle: Callable[[], None], upstream: Any
) -> None:
    task = order(params={"sound": "quiet folk", "title": "Rain", "lyrics": "Oh", "seed": "41"})[0]
    settle()
    clip = Clip.objects.get()
    assert again(task).status == Status.DONE
    assert (clip.task, clip.project, clip.created_by) == (task, task.project, member)
    assert (clip.title, clip.sound, clip.lyrics, clip.seed) == ("Rain", "quiet folk", "Oh", "41")
    assert [event.new for event in task.events.all()] == [
        *("queued", "submitting", "running", "archiving", "done")
    ]
    assert credits.balance(member) == 90
    all_is_well(upstream.balance)


def test_the_copies_are_the_sandbox_s_own_files(ready: Task, media_of_sandbox: Path) -> None:
    jobs.archive_task(ready.pk)
    originals = {hashlib.sha256(path.read_bytes()).hexdigest() for path in media_of_sandbox.iterdir()}
    clip = Clip.objects.get()
    copies = {asset.kind: asset for asset in clip.assets.all()}
    assert set(copies) == SONG
    assert {copies[kind].sha256 for kind in (Kind.MASTER, Kind.WAV, Kind.COVER)} == originals
    for asset in copies.values():
        content = media.path_of(asset.name).read_bytes()
        assert (asset.size, asset.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_what_is_told_of_a_clip_was_measured_on_our_copy(ready: Task) -> None:
    jobs.archive_task(ready.pk)
    clip = Clip.objects.get()
    assert clip.duration == pytest.approx(2, abs=0.1)
    assert clip.loudness == pytest.approx(-14.7, abs=1)  # the tone's peak is 6000 / 32768
    assert clip.true_peak == pytest.approx(-14.7, abs=1)
    assert len(clip.peaks) == 600
    assert max(clip.peaks) == pytest.approx(255 * 6000 / 32768, abs=5)


def test_files_have_the_type_of_their_bytes_and_a_small_cover(ready: Task) -> None:
    jobs.archive_task(ready.pk)
    clip = Clip.objects.get()
    types = {asset.kind: (asset.content_type, asset.extension) for asset in clip.assets.all()}
    assert types == {
        Kind.MASTER: ("audio/mp4", "m4a"),
        Kind.WAV: ("audio/wav", "wav"),
        Kind.COVER: ("image/jpeg", "jpg"),
        Kind.THUMB: ("image/webp", "webp"),
    }
    assert clip.thumb is not None
    with Image.open(media.path_of(clip.thumb.name)) as thumb:
        assert thumb.format == "WEBP"


def test_takes_become_a_clip_each(order: Order, settle: Callable[[], None], upstream: Any) -> None:
    order(takes=3)
    settle()
    assert Clip.objects.count() == 3
    assert set(Clip.objects.values_list("task__take", flat=True)) == {1, 2, 3}
    all_is_well(upstream.balance)


def test_a_song_that_comes_after_its_refund_is_free(
    order: Order, member: User, caller: Caller, settle: Callable[[], None], upstream: Any
) -> None:
    task = order()[0]
    jobs.submit_next("sandbox")
    caller.end(again(task).upstream_id)
    tasks.fail(task.pk, "Given up.", house=CreditEntry.Kind.LOSS)
    earlier(task, poll_after=SECOND)
    sweep_polls()
    settle()
    assert (again(task).status, Clip.objects.get().task) == (Status.FAILED, task)
    assert credits.balance(member) == 100
    all_is_well(upstream.balance)


# -- Files that do not come -----------------------------------------------------------------------


def hide(folder: Path, pattern: str) -> dict[Path, bytes]:
    """Take files away; gives what they held."""
    hidden = {path: path.read_bytes() for path in folder.glob(pattern)}
    assert hidden
    for path in hidden:
        path.unlink()
    return hidden


def test_a_file_that_is_not_there_yet_is_fetched_later(ready: Task, media_of_sandbox: Path) -> None:
    hidden = hide(media_of_sandbox, "*.m4a")
    jobs.archive_task(ready.pk)
    task = again(ready)
    assert (task.status, task.claims, task.poll_failures) == (Status.ARCHIVING, 0, 1)
    assert "HTTP 404" in task.reason
    assert 9 * SECOND < until(task.archive_after) <= 10 * SECOND
    assert files() == []

    for path, content in hidden.items():
        path.write_bytes(content)
    earlier(task, archive_after=SECOND)
    jobs.archive_task(task.pk)
    assert again(task).status == Status.DONE
    all_is_well()


def test_before_the_next_try_fresh_addresses_are_asked_for(ready: Task) -> None:
    stale = ready.answer
    stale["items"][0]["audio_url"] += "expired"
    Task.objects.update(answer=stale)
    jobs.archive_task(ready.pk)
    assert again(ready).status == Status.ARCHIVING
    assert not again(ready).answer["items"][0]["audio_url"].endswith("expired")
    earlier(ready, archive_after=SECOND)
    jobs.archive_task(ready.pk)
    assert again(ready).status == Status.DONE


@pytest.mark.parametrize("spoil", [lambda b: b[: len(b) // 2], lambda b: b"<html>" + b, lambda b: b""])
def test_a_file_that_is_damaged_is_not_kept(spoil: Any, ready: Task, media_of_sandbox: Path) -> None:
    [master] = media_of_sandbox.glob("*.m4a")
    master.write_bytes(spoil(master.read_bytes()))
    jobs.archive_task(ready.pk)
    assert (again(ready).status, again(ready).poll_failures) == (Status.ARCHIVING, 1)
    assert (Clip.objects.count(), files()) == (0, [])


@pytest.mark.parametrize("pattern", ["*.jpg", "*.wav"])
def test_a_song_does_not_wait_for_its_extras_for_ever(
    pattern: str, ready: Task, media_of_sandbox: Path
) -> None:
    hide(media_of_sandbox, pattern)
    for _ in range(clips.EXTRAS_AFTER_TRIES):
        jobs.archive_task(ready.pk)
        assert again(ready).status == Status.ARCHIVING
        earlier(ready, archive_after=SECOND)
    jobs.archive_task(ready.pk)
    assert again(ready).status == Status.DONE
    missing = {"*.jpg": {Kind.COVER, Kind.THUMB}, "*.wav": {Kind.WAV}}[pattern]
    assert set(Clip.objects.get().assets.values_list("kind", flat=True)) == SONG - missing
    all_is_well()


def test_a_song_is_nothing_without_its_master(ready: Task, media_of_sandbox: Path) -> None:
    hide(media_of_sandbox, "*.m4a")
    Task.objects.update(poll_failures=clips.EXTRAS_AFTER_TRIES + 1)
    jobs.archive_task(ready.pk)
    assert (again(ready).status, Clip.objects.count()) == (Status.ARCHIVING, 0)


def test_a_host_that_is_not_allowed_is_not_asked(ready: Task, settings: Any) -> None:
    """Were the provider another one, the sandbox's address would be a private one like any."""
    settings.PROVIDERS = {"sandbox": ("http://127.0.0.1:1", "key")}
    jobs.archive_task(ready.pk)
    assert "Only https" in again(ready).reason
    assert files() == []


# -- Trouble here ---------------------------------------------------------------------------------


def fails_once(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, error: BaseException) -> None:
    """The function raises instead of running, once."""
    real = getattr(owner, name)

    def fail(*_: Any, **__: Any) -> None:
        monkeypatch.setattr(owner, name, real)
        raise error

    monkeypatch.setattr(owner, name, fail)


class Killed(BaseException):
    """As abrupt as a kill, for a process that must go on."""


@pytest.mark.parametrize(
    ("owner", "name"),
    [(archive, "fetch"), (archive, "_measure"), (media, "keep"), (results, "_clip"), (clips, "finish")],
)
def test_a_worker_that_dies_at_any_step_is_followed_by_one_that_ends_it(
    owner: Any, name: str, ready: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails_once(monkeypatch, owner, name, Killed())
    with pytest.raises(Killed):
        jobs.archive_task(ready.pk)
    assert (again(ready).status, again(ready).claims) == (Status.ARCHIVING, 1)
    jobs.archive_task(ready.pk)
    assert again(ready).status == Status.ARCHIVING  # the lease of the dead still runs

    earlier(ready, archive_after=SECOND)
    jobs.archive_task(ready.pk)
    assert again(ready).status == Status.DONE
    assert Clip.objects.count() == 1
    all_is_well()


def test_files_without_rows_after_a_crash_are_told_by_the_audit(
    ready: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails_once(monkeypatch, results, "_clip", Killed())
    with pytest.raises(Killed):
        jobs.archive_task(ready.pk)
    assert len(audit.audit_files()["a file has an asset"]) == 4


@pytest.mark.parametrize(
    "error",
    [OSError(errno.ENOSPC, "No space left on device", "/secret/path"), FfmpegTimeout("too busy")],
    ids=["disk full", "machine busy"],
)
def test_trouble_of_our_own_is_no_crash_and_gives_no_song_away(
    error: Exception, ready: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(clips.MAX_CRASHES + 1):
        fails_once(monkeypatch, media, "keep", error)
        jobs.archive_task(ready.pk)
        earlier(ready, archive_after=SECOND)
    task = again(ready)
    assert (task.status, task.claims, task.poll_failures) == (Status.ARCHIVING, 0, clips.MAX_CRASHES + 1)
    assert "/secret/path" not in task.reason
    jobs.archive_task(ready.pk)
    assert again(ready).status == Status.DONE


def test_the_lease_is_renewed_while_the_copy_goes_on(ready: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    renewed: list[int] = []
    monkeypatch.setattr(clips, "LEASE", timedelta(milliseconds=30))
    monkeypatch.setattr(clips, "renew", renewed.append)
    with archive.renewing(ready.pk):
        while len(renewed) < 3:
            pass
    assert set(renewed) == {ready.pk}
