"""Our own files: kept in one step, below one folder, with room to spare."""

import base64
import hashlib
import io
import os
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest

from accounts.models import User
from studio.models import Project
from studio.services import audit, media, zips
from tests import buckets
from tests.songs import song
from tests.test_architecture import importers_of

DAY = 24 * 3600


def aged(name: str, seconds: float) -> Path:
    path = media.incoming(name)
    path.write_bytes(b"part")
    os.utime(path, (time.time() - seconds,) * 2)
    return path


def test_there_is_no_other_way_in() -> None:
    assert importers_of("studio.stores.folder", "studio.stores.bucket") == {"studio/services/media.py"}


def test_a_file_is_moved_to_its_final_name(settings: Any) -> None:
    path = media.incoming("x")
    path.write_bytes(b"audio")
    media.keep(path, "clips/1/a.m4a")
    assert Path(settings.MEDIA_ROOT, "clips/1/a.m4a").read_bytes() == b"audio"
    assert not path.exists()


def test_the_same_file_again_replaces_it() -> None:
    for content in (b"first", b"second"):
        path = media.incoming("x")
        path.write_bytes(content)
        media.keep(path, "clips/1/a.m4a")
    assert media.path_of("clips/1/a.m4a").read_bytes() == b"second"


@pytest.mark.django_db
def test_parts_that_nobody_finished_are_removed_after_a_day() -> None:
    old, young = aged("old", DAY + 60), aged("young", DAY - 60)
    media.forget_parts()
    assert (old.exists(), young.exists()) == (False, True)


@pytest.mark.django_db
def test_parts_are_looked_at_once_an_hour() -> None:
    media.forget_parts()
    old = aged("old", DAY + 60)
    media.forget_parts()
    assert old.exists()
    mark = old.parent.with_name("incoming.looked")
    os.utime(mark, (time.time() - 3601,) * 2)
    media.forget_parts()
    assert not old.exists()


@pytest.mark.parametrize(("share", "full"), [(0.5, False), (2, True)])
def test_storage_is_full_before_the_last_byte_is(
    share: float, full: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stats = os.statvfs(media.incoming("x").parent)
    monkeypatch.setattr(media, "WATERMARK", share * stats.f_bavail * stats.f_frsize)
    assert media.storage_is_full() is full


def test_bytes_name_and_new_folders_are_on_the_disk_before_it_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The bytes first: a name that survives a power cut must not stand for an empty file."""
    root, done = media.path_of(""), []
    path = media.incoming("x")
    path.write_bytes(b"audio")
    fsync, replace = os.fsync, Path.replace

    def synced(descriptor: int) -> None:
        done.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        fsync(descriptor)

    def renamed(self: Path, target: Path) -> Path:
        done.append(target)
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", renamed)
    media.keep(path, "clips/1/a.m4a")
    target = root / "clips/1/a.m4a"
    assert done == [path, target, target.parent, root / "clips", root]


@pytest.mark.django_db
def test_what_comes_in_and_our_own_marks_are_not_kept_files() -> None:
    media.forget_parts()
    media.incoming("part").write_bytes(b"x")
    assert media.path_of("incoming.looked").exists()
    assert list(media.names()) == []


# -- The same words for a folder and a bucket -----------------------------------------------------


@pytest.fixture(params=["folder", "bucket"])
def anywhere(request: pytest.FixtureRequest) -> None:
    if request.param == "bucket":
        request.getfixturevalue("s3")


def put(name: str, content: bytes) -> Path:
    path = media.incoming("x")
    path.write_bytes(content)
    media.keep(path, name)
    return path


@pytest.mark.usefixtures("anywhere")
def test_what_is_kept_is_there_under_its_name_and_nowhere_else() -> None:
    path = put("clips/1/a.m4a", b"audio")
    assert not path.exists()
    assert (media.size("clips/1/a.m4a"), media.exists("clips/1/a.m4a")) == (5, True)
    assert media.sha256("clips/1/a.m4a") == hashlib.sha256(b"audio").hexdigest()
    assert list(media.names()) == [("clips/1/a.m4a", 5)]
    with closing(media.open_part("clips/1/a.m4a", 1, 3)) as part:
        assert part.read(3) == b"udi"


@pytest.mark.usefixtures("anywhere")
def test_a_program_gets_a_path_to_read_and_leaves_nothing_behind() -> None:
    put("clips/1/a.m4a", b"audio")
    with media.local("clips/1/a.m4a") as path:
        assert (path.read_bytes(), path.suffix) == (b"audio", ".m4a")
    assert media.exists("clips/1/a.m4a")
    assert list(media.incoming("x").parent.iterdir()) == []


@pytest.mark.usefixtures("anywhere")
def test_what_is_not_there_is_said_in_one_way() -> None:
    assert (media.size("clips/1/a.m4a"), media.exists("clips/1/a.m4a"), list(media.names())) == (
        None,
        False,
        [],
    )
    media.remove("clips/1/a.m4a")
    with pytest.raises(FileNotFoundError):
        media.open_part("clips/1/a.m4a", 0, 1)
    with pytest.raises(FileNotFoundError), media.local("clips/1/a.m4a"):
        pass
    assert list(media.incoming("x").parent.iterdir()) == []


@pytest.mark.usefixtures("anywhere")
def test_what_is_removed_is_gone() -> None:
    put("clips/1/a.m4a", b"audio")
    media.remove("clips/1/a.m4a")
    assert not media.exists("clips/1/a.m4a")


# -- A bucket -------------------------------------------------------------------------------------


def test_all_names_lie_below_the_prefix(s3: Any) -> None:
    put("clips/1/a.m4a", b"audio")
    s3.put_object(Bucket=buckets.NAME, Key="of-another/program", Body=b"x")
    assert buckets.keys(s3) == ["of-another/program", "studio/media/clips/1/a.m4a"]
    assert list(media.names()) == [("clips/1/a.m4a", 5)]


def test_more_names_than_one_answer_has(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """S3 gives a thousand at a time; this server as many as it is told."""
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "2")
    made = [f"clips/1/{number}" for number in range(5)]
    for name in made:
        s3.put_object(Bucket=buckets.NAME, Key=f"studio/media/{name}", Body=b"x")
    assert [name for name, _ in media.names()] == made


def test_a_bucket_that_has_other_bytes_keeps_nothing(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from studio.stores.bucket import Bucket

    monkeypatch.setattr(Bucket, "size", lambda *_: 4)
    path = media.incoming("x")
    path.write_bytes(b"audio")
    with pytest.raises(media.Away):
        media.keep(path, "clips/1/a.m4a")
    assert path.read_bytes() == b"audio", "so that it can be tried again"


def test_the_digest_of_the_bytes_goes_with_them(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from studio.stores.bucket import Bucket

    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(Bucket, "_client", property(lambda _: mock_client(sent)))
    path = media.incoming("x")
    path.write_bytes(b"audio")
    media.keep(path, "clips/1/a.m4a")
    assert sent[0]["ContentMD5"] == base64.b64encode(hashlib.md5(b"audio").digest()).decode()


def mock_client(sent: list[dict[str, Any]]) -> Any:
    """moto's server believes every digest."""
    return SimpleNamespace(
        put_object=lambda **given: sent.append(given), head_object=lambda **_: {"ContentLength": 5}
    )


@pytest.mark.parametrize("wrong", [{"endpoint_url": "http://127.0.0.1:1"}, {"bucket_name": "no-such-bucket"}])
def test_a_bucket_that_is_away_is_an_error_of_files(s3: Any, settings: Any, wrong: dict[str, str]) -> None:
    settings.S3 = {**settings.S3, **wrong}
    path = media.incoming("x")
    path.write_bytes(b"audio")
    with pytest.raises(media.Away):
        media.keep(path, "clips/1/a.m4a")
    with pytest.raises(media.Away):
        list(media.names())
    assert path.exists()


# -- A connection that breaks --------------------------------------------------------------------------


class Breaking(BaseHTTPRequestHandler):
    """A bucket that knows every file, and says no more than half of it."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(bytes(500))

    do_HEAD = do_GET

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def breaking(settings: Any) -> Iterator[None]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Breaking) as server:
        Thread(target=server.serve_forever, args=[0.01]).start()
        settings.S3 = buckets.options(f"http://127.0.0.1:{server.server_port}")
        yield
        server.shutdown()


@pytest.mark.usefixtures("breaking")
def test_a_connection_that_breaks_is_an_error_of_files() -> None:
    with closing(media.open_part("clips/1/a.m4a", 0, 1000)) as part:
        assert part.read(300) == bytes(300)
        with pytest.raises(media.Away):
            part.read(300)
    with pytest.raises(media.Away):
        media.sha256("clips/1/a.m4a")
    with pytest.raises(media.Away), media.local("clips/1/a.m4a"):
        pass


@pytest.mark.usefixtures("breaking")
def test_a_zip_names_the_file_that_could_not_be_read(member: User, project: Project) -> None:
    clip = song(project)
    facts = {"size": 1000, "sha256": hashlib.sha256(bytes(1000)).hexdigest(), "content_type": "audio/mp4"}
    clip.assets.create(kind="master", name="clips/1/a.m4a", **facts)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(zips.stream(member, [clip.pk], ["master"]))))
    assert b"Blue night.m4a: the studio's storage could not read it" in archive.read("missing.txt")


@pytest.mark.usefixtures("breaking")
def test_the_audit_goes_on_after_a_file_that_could_not_be_read(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = {"size": 1000, "sha256": "x", "content_type": "audio/mp4"}
    names = [f"clips/1/{kind}" for kind in ("master", "wav")]
    for kind, name in zip(("master", "wav"), names, strict=True):
        song(project).assets.create(kind=kind, name=name, **facts)
    monkeypatch.setattr(media, "names", lambda: iter((name, 1000) for name in names))
    assert audit.audit_files(deep=True) == {"a file has the bytes it was kept with": names}
