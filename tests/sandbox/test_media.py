"""The songs over HTTP: whole, in parts, and nothing else from the disk."""

import http.client
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from studio.audio import ffmpeg

from .caller import Caller, Reply
from .quick import SECONDS


@pytest.fixture
def item(caller: Caller) -> dict[str, str]:
    return caller.end(caller.submit())["data"][0]


@pytest.fixture
def path(item: dict[str, str]) -> str:
    return urlsplit(item["audio_url"]).path


@pytest.fixture
def content(tmp_path: Path, path: str) -> bytes:
    return (tmp_path / "sandbox" / path.removeprefix("/")).read_bytes()


@pytest.mark.parametrize(
    ("field", "content_type", "magic"),
    [
        ("audio_url", "audio/mp4", b"....ftyp"),
        ("wav_url", "audio/wav", b"RIFF....WAVE"),
        ("image_url", "image/jpeg", b"\xff\xd8\xff"),
    ],
)
def test_each_file_has_its_type(
    caller: Caller, item: dict[str, str], field: str, content_type: str, magic: bytes
) -> None:
    reply = caller("GET", urlsplit(item[field]).path)
    assert reply.status == 200
    assert reply.headers["Content-Type"] == content_type
    assert reply.headers["Accept-Ranges"] == "bytes"
    assert int(reply.headers["Content-Length"]) == len(reply.body)
    assert re.match(magic, reply.body, re.DOTALL)


def test_no_key_is_needed(caller: Caller, path: str) -> None:
    caller.headers = {}
    assert caller("GET", path).status == 200


def test_what_arrives_can_be_played(caller: Caller, path: str, tmp_path: Path) -> None:
    file = tmp_path / "arrived.m4a"
    file.write_bytes(caller("GET", path).body)
    assert ffmpeg.decoded_seconds(file, demuxer="mov") == pytest.approx(SECONDS, abs=0.05)


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-0", 0, 0), ("bytes=100-199", 100, 199), ("bytes=500-", 500, -1), ("bytes=-7", -7, -1)],
)
def test_a_range(caller: Caller, path: str, content: bytes, asked: str, first: int, last: int) -> None:
    size = len(content)
    first, last = first % size, last % size
    reply = caller("GET", path, Range=asked)
    assert reply.status == 206
    assert reply.headers["Content-Range"] == f"bytes {first}-{last}/{size}"
    assert reply.body == content[first : last + 1]


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "bytes=9-3", "lines=1-2", "bytes=-"])
def test_what_is_no_single_range_gets_the_whole(
    caller: Caller, path: str, content: bytes, asked: str
) -> None:
    reply = caller("GET", path, Range=asked)
    assert (reply.status, reply.body) == (200, content)


def test_a_range_behind_the_end(caller: Caller, path: str, content: bytes) -> None:
    reply = caller("GET", path, Range=f"bytes={len(content)}-")
    assert (reply.status, reply.body) == (416, b"")
    assert reply.headers["Content-Range"] == f"bytes */{len(content)}"


def test_head_tells_the_length(caller: Caller, path: str, content: bytes) -> None:
    reply = caller("HEAD", path)
    assert (reply.status, reply.body) == (200, b"")
    assert int(reply.headers["Content-Length"]) == len(content)


def test_answers_end_where_they_say(caller: Caller, path: str, content: bytes) -> None:
    connection = http.client.HTTPConnection(urlsplit(caller.url).netloc, timeout=20)
    asked = [
        ("HEAD", "", b""),
        ("GET", "bytes=5-9", content[5:10]),
        ("GET", "", content),
        ("GET", "", content),
    ]
    for method, part, body in asked:
        connection.request(method, path, headers={"Range": part})
        assert connection.getresponse().read() == body
    connection.close()


@pytest.mark.parametrize(
    "path",
    [
        "/media/",
        "/media/../sandbox.sqlite3",
        "/media/%2e%2e/sandbox.sqlite3",
        "/media/..%2fsandbox.sqlite3",
        "/media//etc/passwd",
        "/media/00000000-0000-4000-8000-000000000000.m4a",
        "/media/00000000-0000-4000-8000-000000000000.sqlite3",
    ],
)
def test_nothing_else_leaves_the_disk(caller: Caller, path: str) -> None:
    assert get_raw(caller, path).status == 404


def get_raw(caller: Caller, path: str) -> Reply:
    """http.client refuses to send some of these paths: write the request line by hand."""
    connection = http.client.HTTPConnection(urlsplit(caller.url).netloc, timeout=20)
    connection.connect()
    connection.sock.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    response = http.client.HTTPResponse(connection.sock)
    response.begin()
    reply = Reply(response.status, response.headers, response.read())
    connection.close()
    return reply
