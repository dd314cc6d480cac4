"""upload over real HTTP: the sandbox fetches from a real server of this machine (upstream.md 1.4)."""

import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from studio.audio import ffmpeg
from studio.sandbox.recordings import rules, title_of

from .caller import Caller
from .conftest import Start
from .quick import SECONDS

Serve = Callable[..., str]
CODECS = {"mp3": ["libmp3lame"], "m4a": ["aac"], "wav": ["pcm_s24le"], "flac": ["flac"]}


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serves bytes, or a redirect, and gives the address."""
    answers: dict[str, tuple[int, bytes]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, content = answers.get(urlsplit(self.path).path, (404, b""))
            self.send_response(status)
            self.send_header("Location", content.decode() if status == 302 else "/")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

        def serve(name: str, content: bytes, status: int = 200) -> str:
            answers[f"/{name}"] = (status, content)
            return f"http://127.0.0.1:{server.server_port}/{name}?signature=x"

        yield serve
        server.shutdown()


def tone(folder: Path, kind: str) -> bytes:
    """Two seconds of a mono tone with 22,050 samples per second."""
    file = folder / f"tone.{kind}"
    made = ["-f", "lavfi", "-i", f"sine=duration={SECONDS}:sample_rate=22050"]
    ffmpeg.run([*made, "-c:a", *CODECS[kind], str(file)])
    return file.read_bytes()


def upload(caller: Caller, url: str) -> Any:
    """How the order ends."""
    return caller.end(caller.order("upload", audio_url=url).json["task_id"])


def logged(caplog: pytest.LogCaptureFixture) -> str:
    return next(line for line in caplog.messages if "could not be made" in line)


@pytest.mark.parametrize("kind", ["mp3", "m4a", "wav"])
def test_an_upload_has_the_item_of_the_page(caller: Caller, serve: Serve, tmp_path: Path, kind: str) -> None:
    (item,) = upload(caller, serve(f"song.{kind}", tone(tmp_path, kind)))["data"]
    assert list(item) == ["clip_id", "audio_url", "duration", "state", "created_at"]
    assert re.fullmatch("[0-9a-f-]{36}", item["clip_id"])
    assert item["audio_url"] == f"{caller.url}/media/{item['clip_id']}.m4a"
    assert item["duration"] == pytest.approx(SECONDS, abs=0.1)
    assert item["state"] == "succeeded"
    assert caller.credits() == 9_998


def test_what_was_uploaded_is_kept_as_songs_are(caller: Caller, serve: Serve, tmp_path: Path) -> None:
    (item,) = upload(caller, serve("song.mp3", tone(tmp_path, "mp3")))["data"]
    for name, demuxer in ((f"{item['clip_id']}.m4a", "mov"), (f"{item['clip_id']}-wav.wav", "wav")):
        file = tmp_path / name
        file.write_bytes(caller("GET", f"/media/{name}").body)
        heard = ffmpeg.probe(file, demuxer=demuxer)
        assert (heard.sample_rate, heard.channels) == (44100, 2)
        assert heard.duration == pytest.approx(item["duration"], abs=0.1)


def test_all_can_be_done_with_an_upload(caller: Caller, serve: Serve, tmp_path: Path) -> None:
    (item,) = upload(caller, serve("My%20d%C3%A9mo.wav", tone(tmp_path, "wav")))["data"]
    clip = {"clip_id": item["clip_id"]}
    video = caller.made("video-clip", **clip)
    assert video["title"] == "My démo"
    assert caller("HEAD", urlsplit(video["image_url"]).path).status == 200
    assert caller.made("download", format="mp3", **clip)["clip_id"] == item["clip_id"]
    for edit in (
        {"task_type": "extend_music", "starts_at": 1},
        {"task_type": "replace_music", "starts_at": 0, "ends_at": 1},
        {"task_type": "cover_music", "instruction": "as a polka"},
    ):
        assert caller.made("create", **edit, **clip)["title"] == "My démo"


@pytest.mark.parametrize(
    ("name", "content", "status", "why"),
    [
        ("page.mp3", b"<!doctype html><p>Not found</p>", 200, "WrongType"),
        ("gone.mp3", b"", 404, "Missing"),
        ("half.wav", b"RIFF\x00\x01\x00\x00WAVEfmt ", 200, "Damaged"),
        ("away.mp3", b"http://127.0.0.1:1/song.mp3", 302, "Refused"),
    ],
)
def test_what_is_no_song_is_refunded(
    caller: Caller,
    serve: Serve,
    caplog: pytest.LogCaptureFixture,
    name: str,
    content: bytes,
    status: int,
    why: str,
) -> None:
    answer = upload(caller, serve(name, content, status))
    assert (answer["status"], answer["message"]) == ("FAILED", "Task failed. Credits have been refunded.")
    assert why in logged(caplog)
    assert "signature" not in logged(caplog)
    assert caller.credits() == 10_000


def test_a_kind_that_is_not_on_the_list_is_refunded(
    caller: Caller, serve: Serve, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert upload(caller, serve("song.mp3", tone(tmp_path, "flac")))["status"] == "FAILED"
    assert "a flac file is not taken" in logged(caplog)


def test_a_song_that_is_too_long_is_refunded(
    caller: Caller,
    serve: Serve,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("studio.sandbox.works.LONGEST_CLIP_S", 1)
    assert upload(caller, serve("song.mp3", tone(tmp_path, "mp3")))["status"] == "FAILED"
    assert "2 seconds are too long" in logged(caplog)


def test_nothing_stays_of_an_upload_that_failed(start: Start, serve: Serve, tmp_path: Path) -> None:
    def broken(*arguments: object) -> None:
        raise RuntimeError("no paper")

    caller = start(makers={"draw_cover": broken})
    assert upload(caller, serve("song.wav", tone(tmp_path, "wav")))["status"] == "FAILED"
    assert not [path for path in (tmp_path / "sandbox").rglob("*") if path.suffix in (".m4a", ".wav", ".jpg")]


@pytest.mark.parametrize(
    ("url", "hosts", "origins"),
    [
        ("https://cdn.example/a.mp3", ("cdn.example", "*.cdn.example"), ()),
        ("http://127.0.0.1:8000/a.mp3", (), ("http://127.0.0.1:8000",)),
        ("http://localhost/a.mp3", (), ("http://localhost",)),
        ("http://[::1]:8000/a.mp3", (), ("http://[::1]:8000",)),
    ],
)
def test_an_upload_is_fetched_from_the_place_it_names_alone(
    url: str, hosts: tuple[str, ...], origins: tuple[str, ...]
) -> None:
    assert (rules(url).hosts, rules(url).origins) == (hosts, origins)


@pytest.mark.parametrize(
    ("path", "title"),
    [("a/My%20song.final.mp3", "My song.final"), ("", "Upload"), ("x%00y.mp3", "xy"), ("s" * 99, "s" * 80)],
)
def test_an_upload_is_called_after_its_file(path: str, title: str) -> None:
    assert title_of(f"https://cdn.example/{path}?name=z.mp3") == title
