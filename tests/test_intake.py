"""The job that makes clips of files from the disk: real recordings, bad ones, and workers that die."""

import hashlib
import os
import signal
import struct
import time
import zipfile
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from accounts.models import User
from studio import intake, jobs
from studio.audio import ffmpeg
from studio.audio.ffmpeg import FfmpegError
from studio.forms import NotesForm
from studio.models import Asset, Clip, Import, Project, Task
from studio.models.search import matching
from studio.services import audit, imports, media
from studio.services import intake as intakes
from tests.audio.conftest import SECONDS, pictures, songs, video  # noqa: F401
from tests.audio.corpus import WRONG_TYPES
from tests.factories import again, earlier
from tests.test_archive_kills import in_a_process
from tests.views.test_uploads import recording

Status = Import.Status
Bring = Callable[..., Import]


@pytest.fixture
def bring(project: Project, member: User) -> Bring:
    """A file that has come whole; the job has not run yet."""

    def do(content: bytes, filename: str = "Blue night.wav") -> Import:
        row = imports.begin(project=project, by=member, filename=filename, size=len(content))
        if row.status == Status.COMING:
            imports.append(row, 0, content)
        return again(row)

    return do


def incoming() -> list[str]:
    return [path.name for path in media.incoming("x").parent.iterdir()]


def is_whole(asset: Asset) -> bool:
    data = media.path_of(asset.name).read_bytes()
    return (len(data), hashlib.sha256(data).hexdigest()) == (asset.size, asset.sha256)


@pytest.fixture
def refused(bring: Bring, django_capture_on_commit_callbacks: Any) -> Callable[..., str]:
    """Why a file does not become a clip. Nothing of it stays."""

    def why(content: bytes, filename: str = "song.mp3") -> str:
        row = bring(content, filename)
        with django_capture_on_commit_callbacks(execute=True):
            jobs.take_in(row.pk)
        assert (again(row).status, Clip.objects.count(), incoming()) == (Status.REFUSED, 0, [])
        assert audit.audit_files() == {}
        return again(row).problem

    return why


@pytest.mark.parametrize("name", ["m4a", "mp3", "flac", "wav"])
def test_a_file_becomes_a_clip_as_it_is(bring: Bring, songs: Any, name: str, member: User) -> None:  # noqa: F811
    content = songs[name].read_bytes()
    row = bring(content, "Blue night.final.bin")  # what it is stands in the file, not in its name
    jobs.take_in(row.pk)
    clip = Clip.objects.get()
    assert (again(row).status, again(row).clip, again(row).due_at) == (Status.DONE, clip, None)
    assert (clip.title, clip.task, clip.provider, clip.operation) == ("Blue night.final", None, "", "import")
    assert (clip.is_front, clip.project, clip.created_by) == (True, row.project, member)
    assert clip.duration == pytest.approx(SECONDS, abs=0.1)
    assert -20 < clip.loudness < -3
    assert (len(clip.peaks), max(clip.peaks) > 100) == (600, True)
    master = clip.assets.get()
    assert (master.kind, master.extension, master.task) == ("master", name, None)
    assert media.path_of(master.name).read_bytes() == content
    assert is_whole(master)
    assert media.path_of(master.name).stat().st_mode & 0o777 == 0o644
    assert (incoming(), audit.audit_files(), Task.objects.count()) == ([], {}, 0)


def test_what_the_file_says_of_itself_is_kept(
    bring: Bring,
    songs: Any,  # noqa: F811
    pictures: Any,  # noqa: F811
    tmp_path: Path,
) -> None:
    path = tmp_path / "song.mp3"
    inputs = ["-i", str(songs["mp3"]), "-i", str(pictures["jpg"]), "-map", "0:a", "-map", "1", "-c", "copy"]
    words = {"title": "Blå\u202e natt", "artist": "Nina", "lyrics": "[Verse]\nrain", "comment": "take 3"}
    said = [each for key, text in words.items() for each in ("-metadata", f"{key}={text}")]
    ffmpeg.run([*inputs, *said, str(path)])
    jobs.take_in(bring(path.read_bytes()).pk)
    clip = Clip.objects.get()
    assert (clip.title, clip.sound, clip.lyrics, clip.notes) == (
        "Blå natt", "Nina", "[Verse]\nrain", "take 3",
    )  # fmt: skip
    assert {asset.kind for asset in clip.assets.all()} == {"master", "cover", "thumb"}
    assert all(map(is_whole, clip.assets.all()))
    assert media.path_of(clip.cover.name).read_bytes() == pictures["jpg"].read_bytes()
    assert [matching(words).get() for words in ("bla natt", "nina", "rain")] == [clip] * 3
    assert (clip.sort_title, incoming()) == ("bla natt", [])


def test_what_a_file_says_can_be_edited_afterwards(
    bring: Bring,
    songs: Any,  # noqa: F811
    monkeypatch: Any,
) -> None:
    half = "Bl\ufffd night"
    tags = SimpleNamespace(title=half, artist=half, lyrics=half, comment=half + "n" * 12_000)
    monkeypatch.setattr(intake, "read_tags", lambda *given: tags)
    jobs.take_in(bring(songs["mp3"].read_bytes()).pk)
    clip = Clip.objects.get()
    assert (clip.title, clip.sound, clip.lyrics) == ("Bl night",) * 3
    assert clip.notes == "Bl night" + "n" * 9992
    form = NotesForm({"title": clip.title, "notes": clip.notes, "before": clip.notes})
    assert form.is_valid(), form.errors


def test_a_broken_cover_does_not_keep_the_music_out(bring: Bring, songs: Any, monkeypatch: Any) -> None:  # noqa: F811
    monkeypatch.setattr(
        intake, "save_cover", lambda path, demuxer, target: target.write_bytes(b"\xff\xd8\xff broken") > 0
    )
    jobs.take_in(bring(songs["mp3"].read_bytes()).pk)
    assert ([asset.kind for asset in Clip.objects.get().assets.all()], incoming()) == (["master"], [])


@pytest.mark.parametrize("name", ["html", "svg", "zip", "hls playlist", "ffconcat", "ogg", "text"])
def test_what_is_no_recording_is_told_so(refused: Any, name: str) -> None:
    assert refused(WRONG_TYPES[name] + bytes(200)) == "This is not a recording."


def test_a_bomb_is_not_unpacked(refused: Any, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("song.wav", bytes(50_000_000))
    assert refused((tmp_path / "bomb").read_bytes(), "bomb.wav") == "This is not a recording."


@pytest.mark.parametrize("name", ["m4a", "mp3", "flac", "wav"])
@pytest.mark.parametrize("kept", [0.5, 0.97])
def test_a_file_that_was_cut_is_refused(refused: Any, songs: Any, name: str, kept: float) -> None:  # noqa: F811
    data = songs[name].read_bytes()
    words = refused(data[: int(len(data) * kept)])
    assert any(part in words for part in ("cut short", "incomplete", "can be played", "not sound"))


def test_a_header_that_promises_four_gigabytes(refused: Any) -> None:
    data = recording()
    promise = struct.pack("<I", 0xFFFFFFF0)
    assert "cut short" in refused(data[:4] + promise + data[8:])
    assert "longer than 120 minutes" in refused(data[:40] + promise + data[44:])


def test_a_film_is_not_taken_for_its_sound(refused: Any, video: Path) -> None:  # noqa: F811
    assert "film" in refused(video.read_bytes(), "song.m4a")


def test_a_recording_that_lasts_too_long(refused: Any, settings: Any) -> None:
    settings.IMPORT_MAX_SECONDS = 60
    assert "longer than 1 minutes" in refused(recording(61))


# -- Workers that die ------------------------------------------------------------------------------


def test_it_is_taken_once_at_a_time(bring: Bring) -> None:
    row = bring(recording())
    assert intakes.claim(row.pk)
    assert intakes.claim(row.pk) is None
    earlier(row, due_at=timedelta(seconds=1))
    intakes.renew(row.pk)
    assert intakes.claim(row.pk), "a lease that ran out is not renewed"
    intakes.renew(row.pk)
    assert again(row).claims == 2


def test_what_stops_its_worker_three_times_is_given_up(bring: Bring, monkeypatch: Any) -> None:
    def fail(work: Any) -> None:
        raise FfmpegError("no loudness")

    monkeypatch.setattr(intake, "take_in", fail)
    row = bring(recording())
    for _ in range(3):
        jobs.take_in(row.pk)
        assert again(row).status == Status.WAITING
        earlier(row, due_at=timedelta(minutes=1))
    jobs.take_in(row.pk)
    assert (again(row).status, again(row).problem) == (Status.REFUSED, intakes.TOO_HARD)


def test_a_storage_that_is_away_is_waited_for(bring: Bring, monkeypatch: Any) -> None:
    row = bring(recording())
    with monkeypatch.context() as patch:
        patch.setattr(media, "keep", lambda path, name: (_ for _ in ()).throw(OSError("away")))
        for _ in range(5):
            jobs.take_in(row.pk)
            earlier(row, due_at=timedelta(minutes=1))
    assert (again(row).status, incoming()) == (Status.WAITING, [f"import-{row.key}"])
    jobs.take_in(row.pk)
    assert (again(row).status, incoming()) == (Status.DONE, [])


def test_a_part_that_is_gone_is_asked_for_again(bring: Bring) -> None:
    row = bring(recording())
    imports.part_of(row.key).unlink()
    jobs.take_in(row.pk)
    assert again(row).problem == imports.NOT_HERE


def test_a_second_run_changes_nothing(bring: Bring, monkeypatch: Any) -> None:
    """Its lease ran out while it worked, and another was quicker."""
    row = bring(recording())
    keep = intakes.keep

    def late(work: Any, *given: Any) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(intakes, "keep", keep)
            earlier(row, due_at=timedelta(minutes=1))
            jobs.take_in(row.pk)
        keep(work, *given)

    monkeypatch.setattr(intakes, "keep", late)
    jobs.take_in(row.pk)
    assert (Clip.objects.count(), Asset.objects.count(), incoming()) == (1, 1, [])
    assert is_whole(Asset.objects.get())
    assert audit.audit_files() == {}


def test_what_was_put_away_meanwhile_leaves_nothing(bring: Bring) -> None:
    row = bring(recording())
    work = intakes.claim(row.pk)
    assert work
    Import.objects.filter(pk=row.pk).delete()
    intake.take_in(work)
    assert (Clip.objects.count(), incoming(), audit.audit_files()) == (0, [], {})


def die_at(step: str, row: int) -> None:
    """Run the job, and kill -9 this process right after the step."""
    module, name = {"keep": (media, "keep"), "verify": (intake, "verify_audio"), "row": (intakes, "_record")}[
        step
    ]
    real = getattr(module, name)

    def last(*given: Any, **named: Any) -> None:
        real(*given, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(module, name, last)
    jobs.take_in(row)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["verify", "keep", "row"])
def test_a_worker_that_is_killed_leaves_one_clip_in_the_end(bring: Bring, songs: Any, step: str) -> None:  # noqa: F811
    row = bring(songs["m4a"].read_bytes())
    assert in_a_process(partial(die_at, step, row.pk)) == -signal.SIGKILL
    assert Clip.objects.count() == (1 if step == "row" else 0)
    earlier(again(row), **({} if step == "row" else {"due_at": timedelta(minutes=1)}))
    jobs.take_in(row.pk)
    assert (again(row).status, again(row).clip) == (Status.DONE, Clip.objects.get())
    assert is_whole(Asset.objects.get())
    assert audit.audit_files() == {}
    for path in media.incoming("x").parent.iterdir():
        os.utime(path, (time.time() - 5 * 24 * 3600,) * 2)
    media.forget_parts()
    assert incoming() == []
