"""Files that come in parts: where they go on, what they may not do, and what becomes of those that stop."""

import os
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django_q.models import OrmQ

from accounts.models import User
from studio.models import Clip, Import, Project
from studio.services import imports, media
from studio.services.imports import NotTaken, WrongOffset
from tests.factories import again, earlier
from tests.views.test_uploads import recording

Status = Import.Status
NAME = "Blue night.wav"


@pytest.fixture
def begin(project: Project, member: User) -> Any:
    def announce(**changes: Any) -> Import:
        given = {"project": project, "by": member, "filename": NAME, "size": 10, "fingerprint": "7"}
        return imports.begin(**{**given, **changes})

    return announce


def came(row: Import) -> bytes:
    return imports.part_of(row.key).read_bytes()


def test_parts_follow_one_another_and_the_last_rings(begin: Any) -> None:
    row = begin()
    imports.append(row, 0, b"01234")
    assert (again(row).status, again(row).received, OrmQ.objects.count()) == (Status.COMING, 5, 0)
    imports.append(row, 5, b"56789")
    assert (again(row).status, came(row)) == (Status.WAITING, b"0123456789")
    assert [job.task["args"] for job in OrmQ.objects.all()] == [(row.pk,)]
    assert (imports.part_of(row.key).stat().st_mode & 0o777) == 0o644


@pytest.mark.parametrize("offset", [0, 4, 6, 10, 10**17])
def test_a_part_that_begins_elsewhere_is_told_where(begin: Any, offset: int) -> None:
    row = begin()
    imports.append(row, 0, b"01234")
    with pytest.raises(WrongOffset) as refused:
        imports.append(row, offset, b"xx")
    assert refused.value.received == 5
    assert came(row) == b"01234"


def test_more_than_was_announced_is_not_written(begin: Any) -> None:
    row = begin()
    imports.append(row, 0, b"01234")
    with pytest.raises(NotTaken, match="More bytes"):
        imports.append(row, 5, b"567890")
    assert came(row) == b"01234"


def test_nothing_is_written_once_it_is_whole(begin: Any) -> None:
    row = begin(size=3)
    imports.append(row, 0, b"012")
    for offset in (0, 3):
        with pytest.raises(WrongOffset):
            imports.append(row, offset, b"x")
    assert came(row) == b"012"


def test_the_same_file_goes_on(begin: Any, editor: User) -> None:
    row = begin()
    imports.append(row, 0, b"01234")
    assert (begin().pk, begin().received) == (row.pk, 5)
    others = {begin(**other).pk for other in ({"size": 11}, {"fingerprint": "8"}, {"filename": "b.wav"})}
    others |= {begin(by=editor).pk, begin(fingerprint="").pk, begin(fingerprint="").pk}
    assert len(others | {row.pk}) == 7


def test_what_the_disk_lost_is_sent_again(begin: Any) -> None:
    """After a power cut the row may know of more than is there."""
    row = begin()
    imports.append(row, 0, b"01234")
    os.truncate(imports.part_of(row.key), 2)
    with pytest.raises(WrongOffset) as refused:
        imports.append(row, 5, b"56789")
    assert refused.value.received == 2
    imports.append(row, 2, b"23456789")
    assert came(row) == b"0123456789"
    other = begin(fingerprint="9")
    imports.append(other, 0, b"01234")
    imports.part_of(other.key).unlink()
    assert begin(fingerprint="9").received == 0


@pytest.mark.django_db(transaction=True)
def test_two_windows_with_one_file_do_not_mix(begin: Any) -> None:
    row, content = begin(size=200), bytes(range(200))

    def send() -> None:
        mine = Import.objects.get(pk=row.pk)
        at = 0
        while at < 200:
            try:
                imports.append(mine, at, content[at : at + 20])
                at += 20
            except WrongOffset as wrong:
                at = wrong.received
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (came(row), OrmQ.objects.count()) == (content, 1)


@pytest.mark.parametrize(
    ("size", "words"), [(0, "empty"), (500_000_001, "500.0 MB; at most 500 MB"), (3 * 10**9, "3,000.0 MB")]
)
def test_a_length_that_is_not_taken_is_refused_before_a_byte(begin: Any, size: int, words: str) -> None:
    row = begin(size=size)
    assert row.status == Status.REFUSED
    assert words in row.problem
    with pytest.raises(WrongOffset):
        imports.append(row, 0, b"x")


def test_a_project_that_is_full_takes_no_more(begin: Any, project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(quota_mb=1)
    project.refresh_from_db()
    assert begin(size=900_000).status == Status.COMING
    assert "storage" in begin(size=1_100_000).problem


def test_a_full_storage_takes_nothing(begin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    row = begin()
    monkeypatch.setattr(media, "WATERMARK", 10**18)
    with pytest.raises(NotTaken, match="storage is full"):
        begin(fingerprint="8")
    with pytest.raises(NotTaken, match="storage is full"):
        imports.append(row, 0, b"0")


NAMES = {
    "../../etc/passwd.mp3": "passwd.mp3",
    "C:\\Music\\Blue.wav": "Blue.wav",
    'He said "hi" <b>.mp3': 'He said "hi" <b>.mp3',
    "Blue\r\nnight\0\t.mp3": "Blue night .mp3",
    "\u202e3pm.evil": "3pm.evil",
    "Bl\u200eue.wav": "Blue.wav",
    "שיר לילה.mp3": "שיר לילה.mp3",
    "👩‍🎤 ♪.flac": "👩‍🎤 ♪.flac",
    "\ud800.mp3": ".mp3",
    "": "Recording",
    "/": "Recording",
    "a" * 999: "a" * 255,
}


@pytest.mark.parametrize("told", NAMES)
def test_a_name_is_shown_and_never_a_path(begin: Any, told: str) -> None:
    row = begin(filename=told)
    assert again(row).filename == NAMES[told]
    assert imports.part_of(row.key).name == f"import-{row.key}"


def test_a_file_is_not_brought_twice(begin: Any, project: Project, member: User) -> None:
    row = begin(size=1)
    imports.append(row, 0, b"0")
    assert begin(size=1).pk == row.pk
    facts = {"duration": 1, "loudness": -20, "true_peak": -1, "peaks": b""}
    clip = Clip.objects.create(project=project, created_by=member, title="Blue", **facts)
    Import.objects.filter(pk=row.pk).update(status=Status.DONE, clip=clip, due_at=None)
    assert begin(size=1).pk == row.pk
    earlier(row, changed_at=timedelta(days=2))
    assert begin(size=1).pk != row.pk


def test_one_that_was_not_taken_may_be_tried_again(begin: Any) -> None:
    row = begin()
    imports.refuse(row.pk, "This is not a recording.")
    assert begin().pk != row.pk


def test_putting_away_forgets_the_part(begin: Any, django_capture_on_commit_callbacks: Any) -> None:
    row = begin()
    imports.append(row, 0, b"01234")
    with django_capture_on_commit_callbacks(execute=True):
        imports.put_away(row)
    assert (Import.objects.count(), imports.part_of(row.key).exists()) == (0, False)
    whole = begin(size=1)
    imports.append(whole, 0, b"0")
    imports.put_away(whole)
    assert Import.objects.filter(pk=whole.pk).exists()


def test_what_stopped_coming_is_given_up_after_three_days(
    begin: Any, django_capture_on_commit_callbacks: Any
) -> None:
    row = begin()
    imports.append(row, 0, b"01234")
    imports.look_after()
    assert again(row).status == Status.COMING
    assert timedelta(days=2.9) < again(row).due_at - again(row).changed_at < timedelta(days=3.1)
    earlier(row, due_at=timedelta(minutes=1))
    with django_capture_on_commit_callbacks(execute=True):
        imports.look_after()
    assert (again(row).status, again(row).problem) == (Status.REFUSED, imports.NOT_HERE)
    assert not imports.part_of(row.key).exists()


def test_a_bell_that_was_lost_is_rung_again(begin: Any) -> None:
    row = begin(size=1)
    imports.append(row, 0, b"0")
    OrmQ.objects.all().delete()
    imports.look_after()
    assert not OrmQ.objects.exists(), "its own bell may still be on the way"
    earlier(row, due_at=timedelta(seconds=11))
    imports.look_after()
    assert [job.task["args"] for job in OrmQ.objects.all()] == [(row.pk,)]


def test_parts_outlive_the_housekeeping_for_days(begin: Any) -> None:
    row, other = begin(), media.incoming("12-master-abc")
    imports.append(row, 0, b"01234")
    other.write_bytes(b"x")
    for days, left in ((2, [imports.part_of(row.key)]), (5, [])):
        for path in media.incoming("x").parent.iterdir():
            moment = path.stat().st_ctime - days * 24 * 3600
            os.utime(path, (moment, moment))
        (Path(settings.MEDIA_ROOT) / "incoming.looked").unlink(missing_ok=True)
        media.forget_parts()
        assert list(media.incoming("x").parent.iterdir()) == left


def test_a_whole_file_waits_for_its_worker_as_long_as_it_takes(begin: Any) -> None:
    whole, part = begin(), begin(fingerprint="8")
    imports.append(whole, 0, b"0123456789")
    imports.append(part, 0, b"01234")
    for row in (whole, part):
        os.utime(imports.part_of(row.key), (0, 0))
    media.forget_parts()
    assert (imports.part_of(whole.key).exists(), imports.part_of(part.key).exists()) == (True, False)


def test_a_whole_file_needs_no_parts(project: Project, member: User) -> None:
    path = media.incoming("x.upload")
    path.write_bytes(recording())
    path.chmod(0o600)
    size = path.stat().st_size
    row = imports.bring(project=project, by=member, filename=NAME, size=size, path=path)
    assert (row.status, row.received, came(row)) == (Status.WAITING, size, recording())
    assert imports.part_of(row.key).stat().st_mode & 0o777 == 0o644
    assert not path.exists()
