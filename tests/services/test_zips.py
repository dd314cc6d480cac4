"""The archive itself: read back with Python's zipfile and with the `unzip` that people have."""

import csv
import hashlib
import io
import shutil
import subprocess
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from studio.models import Asset, Clip, Project, ProjectMember, Tag
from studio.services import media, zips

MB = 1 << 20


def song(project: Project, title: str = "Blue night", **fields: Any) -> Clip:
    known: dict[str, Any] = {"duration": 2.0, "loudness": -14.2, "true_peak": -1.0, "peaks": b"\x80"}
    clip = Clip.objects.create(project=project, created_by=project.owner, title=title, **{**known, **fields})
    keep(clip, "master", f"{title} as it came".encode(), "m4a")
    return clip


def keep(clip: Clip, kind: str, content: bytes, extension: str, label: str = "") -> Asset:
    name = f"clips/{clip.pk}/{kind}{label}.{extension}"
    path = media.path_of(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    facts = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "content_type": "x/y"}
    return Asset.objects.create(clip=clip, kind=kind, label=label, name=name, **facts)


def packed(user: User, *clips: Clip, formats: tuple[str, ...] = ("master",)) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(b"".join(zips.stream(user, [clip.pk for clip in clips], formats))))
    assert archive.testzip() is None
    return archive


def rows(archive: zipfile.ZipFile) -> list[dict[str, str]]:
    text = archive.read("songs.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_every_format_stands_under_a_name_one_can_read(
    member: User, project: Project, tmp_path: Path
) -> None:
    clip = song(project)
    keep(clip, "mp3", b"mp3", "mp3")
    keep(clip, "stem", b"drums", "wav", "drums")
    keep(clip, "cover", b"cover", "jpg")
    keep(clip, "video", b"film", "mp4", "vinyl")
    content = b"".join(zips.stream(member, [clip.pk], list(zips.FORMATS)))
    archive = zipfile.ZipFile(io.BytesIO(content))
    folder = f"{project.name}/Blue night"
    assert archive.namelist() == [
        f"{project.name}/",
        f"{folder}.m4a",
        f"{folder}.mp3",
        f"{folder} - stems/drums.wav",
        f"{folder} - cover.jpg",
        f"{folder} - video vinyl.mp4",
        "songs.csv",
        "missing.txt",
    ]
    assert archive.read(f"{folder} - stems/drums.wav") == b"drums"
    assert "there is no FLAC" in archive.read("missing.txt").decode()

    if unzip := shutil.which("unzip"):
        (tmp_path / "a.zip").write_bytes(content)
        done = subprocess.run([unzip, "-t", tmp_path / "a.zip"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_audio_is_stored_as_it_is_with_its_size_in_front(member: User, project: Project) -> None:
    entry = packed(member, song(project)).infolist()[1]
    assert entry.compress_type == zipfile.ZIP_STORED
    assert entry.flag_bits & 0b1000 == 0  # no size that comes only after the bytes
    assert entry.flag_bits & 0x800  # the name is UTF-8


def test_songs_with_one_title_and_projects_with_one_name_are_told_apart(
    member: User, owner: User, project: Project
) -> None:
    other = Project.objects.create(name=project.name.upper(), owner=owner)
    clips = [song(project), song(project, "BLUE NIGHT"), song(project, "Blue night (2)"), song(other)]
    names = packed(owner, *clips).namelist()
    assert len({name.casefold() for name in names}) == len(names) == 7
    assert f"{other.name} (2)/Blue night.m4a" in names


def test_a_take_says_which(member: User, order: Any) -> None:
    task = order(takes=2)[1]
    clip = song(task.project)
    Clip.objects.filter(pk=clip.pk).update(task=task)
    assert f"{task.project.name}/Blue night - take 2.m4a" in packed(member, clip).namelist()


def test_the_sheet_knows_each_song_and_runs_nothing(member: User, project: Project, order: Any) -> None:
    task = order()[0]
    told = {"sound": '=HYPERLINK("http://x")', "lyrics": "Línea uno\n@two", "seed": "-5", "rating": 4}
    clip = song(project, "+cmd|' /C calc'!A0", task=task, **told)
    clip.tags.add(Tag.objects.create(name="=1+1", key="11"), Tag.objects.create(name="slow", key="slow"))
    archive = packed(member, clip)
    assert archive.read("songs.csv").startswith(b"\xef\xbb\xbf")
    (row,) = rows(archive)
    assert row["title"] == "'+cmd|' /C calc'!A0"
    assert row["sound"] == '\'=HYPERLINK("http://x")'
    assert (row["seed"], row["tags"], row["lyrics"]) == ("'-5", "'=1+1, slow", "Línea uno\n@two")
    assert (row["loudness (LUFS)"], row["rating"], row["credits"]) == ("-14.2", "4", str(task.price))
    assert (row["project"], row["person"]) == (project.name, "Mara Member")
    assert row["file"] in archive.namelist()


# -- What is missing or broken ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        (lambda path: path.unlink(), "gone"),
        (lambda path: path.write_bytes(b"x" * path.stat().st_size), "damaged"),
        (lambda path: path.write_bytes(path.read_bytes()[:-3]), "could not read"),
    ],
)
def test_a_broken_file_is_left_out_and_named(member: User, project: Project, harm: Any, why: str) -> None:
    good, bad = song(project, "Good"), song(project, "Bad")
    harm(media.path_of(bad.assets.get().name))
    archive = packed(member, bad, good)
    assert archive.namelist()[1:] == [f"{project.name}/Good.m4a", "songs.csv", "missing.txt"]
    text = archive.read("missing.txt").decode()
    assert f"{project.name}/Bad.m4a: " in text
    assert why in text
    assert [(row["title"], bool(row["file"])) for row in rows(archive)] == [("Good", True), ("Bad", False)]


def test_a_file_that_breaks_while_it_is_sent_breaks_the_download(member: User, project: Project) -> None:
    """Better a download that fails than an archive that is silently bad."""
    clip = song(project)
    parts = zips.stream(member, [clip.pk], ["master"])
    assert len(next(parts) + next(parts)) < 200  # the folder, and the song's header: it was whole then
    media.path_of(clip.assets.get().name).write_bytes(b"?")
    with pytest.raises(OSError, match="shorter"):
        list(parts)


def test_what_one_may_no_longer_see_when_its_turn_comes_is_left_out(
    viewer: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zips, "AT_ONCE", 1)
    clips = [song(project, "First"), song(project, "Second")]
    parts = zips.stream(viewer, [clip.pk for clip in clips], ["master"])
    first = next(parts) + next(parts)
    ProjectMember.objects.filter(user=viewer).delete()
    archive = zipfile.ZipFile(io.BytesIO(first + b"".join(parts)))
    assert "1 of the songs: in the bin" in archive.read("missing.txt").decode()
    assert archive.namelist()[1:] == [f"{project.name}/First.m4a", "songs.csv", "missing.txt"]


def test_other_peoples_songs_never_come_in(stranger: User, project: Project) -> None:
    archive = packed(stranger, song(project))
    assert b"Blue" not in b"".join(archive.read(name) for name in archive.namelist())


def test_the_first_bytes_come_before_a_file_is_looked_through(
    member: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = song(project)
    monkeypatch.setattr(zips, "checksum_of", lambda file: pytest.fail("it was looked through"))
    parts = zips.stream(member, [clip.pk], ["master"])
    assert next(parts).startswith(b"PK\x03\x04")


# -- Cost ------------------------------------------------------------------------------------------


def zeros(file: zips.File) -> Iterator[bytes]:
    block = bytes(zips.BLOCK_BYTES)
    return (block for _ in range(file.size // len(block)))


def test_memory_stays_flat(member: User, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = song(project)
    size = 64 * MB
    digest = hashlib.sha256(bytes(size)).hexdigest()
    clip.assets.update(size=size, sha256=digest)
    monkeypatch.setattr(zips, "blocks_of", zeros)
    parts = zips.stream(member, [clip.pk], ["master"])
    tracemalloc.start()
    total = sum(len(part) for part in parts)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total > size
    assert peak < 4 * MB


def test_queries_do_not_grow_with_songs(member: User, project: Project) -> None:
    def queries(count: int) -> int:
        clips = [song(project, f"{count} {n}") for n in range(count)]
        with CaptureQueriesContext(
            connection,
        ) as seen:
            packed(member, *clips, formats=("master", "cover"))
        return len(seen)

    assert queries(2) == queries(20)


def test_beyond_four_gigabytes_the_large_format_is_used(
    member: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real size is tried by hand; here the limit is lower, so that the second song is beyond it."""
    monkeypatch.setattr(zips, "ZIP32_BYTES", 2500)
    clips = [song(project, "First"), song(project, "Second")]
    archive = packed(member, *clips)
    assert [entry.extract_version for entry in archive.infolist()[:3]] == [20, 20, 45]


def test_a_tally_counts_what_the_archive_holds(member: User, project: Project) -> None:
    first, second = song(project, "First"), song(project, "Second")
    keep(first, "mp3", b"12345", "mp3")
    keep(second, "stem", b"1234567", "wav", "drums")
    keep(second, "stem", b"1", "wav", "bass")
    Asset.objects.filter(clip=second, kind="master").update(name="second.wav")
    found = zips.tally(Clip.objects.all(), ["mp3", "stem"])
    parts = {part.name: part for part in found.parts}
    assert (found.songs, found.files, found.size) == (2, 3, 13)
    assert (parts["mp3"].songs, parts["mp3"].lacking, parts["mp3"].size) == (1, 1, 5)
    assert (parts["wav"].songs, parts["wav"].lacking) == (1, 1)  # the second came as one
    assert (parts["master"].songs, parts["master"].lacking) == (2, 0)
    assert (parts["stem"].songs, parts["stem"].size) == (1, 8)
    assert found.kinds_to_make == ["mp3"]
