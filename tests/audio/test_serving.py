import http.client
import io
import threading
from collections.abc import Callable, Iterator
from email.message import Message
from email.parser import Parser
from typing import Any, BinaryIO
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.http.response import HttpResponseBase
from django.test import RequestFactory

from studio.audio.serving import BLOCK_BYTES, safe_filename, serve

# Closing an answer looks at the database's connections, which other tests may have left open.
pytestmark = pytest.mark.django_db

DATA = bytes(range(256)) * 1000
ETAG = '"abc123"'


class Opened(io.BytesIO):
    """A file that is counted while it is open."""

    now: list["Opened"] = []

    def __init__(self, first: int, length: int, data: bytes = DATA) -> None:
        super().__init__(data)
        self.seek(first)
        self.now.append(self)

    def close(self) -> None:
        if self in self.now:
            self.now.remove(self)
        super().close()


@pytest.fixture(autouse=True)
def nothing_stays_open() -> Iterator[None]:
    Opened.now.clear()
    yield
    assert not Opened.now


def never(first: int, length: int) -> BinaryIO:
    raise AssertionError("This answer needs no file.")


def ask(
    *,
    method: str = "GET",
    open_part: Callable[[int, int], BinaryIO] = Opened,
    size: int = len(DATA),
    **headers: str,
) -> HttpResponseBase:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = RequestFactory().generic(method, "/media/1/", headers=names)
    return answer(request, open_part, size)


def answer(
    request: WSGIRequest, open_part: Callable[[int, int], BinaryIO] = Opened, size: int = len(DATA)
) -> HttpResponseBase:
    details: dict[str, Any] = {"etag": "abc123", "content_type": "audio/mp4", "filename": "My song.m4a"}
    return serve(request, open_part=open_part, size=size, download=False, **details)


def body(response: HttpResponseBase) -> bytes:
    content = b"".join(response) if response.streaming else response.content
    response.close()
    return content


def test_it_serves_the_whole_file() -> None:
    response = ask()
    assert (response.status_code, response["Content-Length"]) == (200, str(len(DATA)))
    assert (response["ETag"], response["Accept-Ranges"]) == (ETAG, "bytes")
    assert "Content-Range" not in response
    assert body(response) == DATA


def test_it_streams_in_blocks() -> None:
    response = ask()
    sizes = [len(block) for block in response]
    response.close()
    assert max(sizes) == BLOCK_BYTES == 65_536
    assert len(sizes) == -(-len(DATA) // BLOCK_BYTES)


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("1000-1999", 1000, 1999), ("255000-", 255_000, 255_999), ("-1", 255_999, 255_999)],
)
def test_it_serves_a_part(asked: str, first: int, last: int) -> None:
    response = ask(Range=f"bytes={asked}")
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {first}-{last}/{len(DATA)}"
    assert response["Content-Length"] == str(last - first + 1)
    assert body(response) == DATA[first : last + 1]


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "seconds=0-1", "bytes=9-1"])
def test_what_is_no_single_range_brings_the_whole(asked: str) -> None:
    response = ask(Range=asked)
    assert response.status_code == 200
    assert body(response) == DATA


def test_a_part_behind_the_end_is_refused() -> None:
    response = ask(open_part=never, Range=f"bytes={len(DATA)}-")
    assert (response.status_code, response["Content-Range"]) == (416, f"bytes */{len(DATA)}")
    assert body(response) == b""


@pytest.mark.parametrize("condition", [ETAG])
def test_if_range_with_this_version_brings_the_part(condition: str) -> None:
    response = ask(Range="bytes=0-9", If_Range=condition)
    assert response.status_code == 206
    assert body(response) == DATA[:10]


@pytest.mark.parametrize("condition", ['"other"', f"W/{ETAG}", "Wed, 21 Oct 2026 07:28:00 GMT", "", "abc123"])
def test_if_range_with_anything_else_brings_the_whole(condition: str) -> None:
    response = ask(Range="bytes=0-9", If_Range=condition)
    assert response.status_code == 200
    assert body(response) == DATA


def test_if_range_saves_from_416_too() -> None:
    response = ask(Range="bytes=999999999-", If_Range='"other"')
    assert response.status_code == 200
    assert body(response) == DATA


@pytest.mark.parametrize("known", [ETAG, f"W/{ETAG}", f'"other", {ETAG}', "*"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_known_version_is_not_sent_again(method: str, known: str) -> None:
    response = ask(method=method, open_part=never, If_None_Match=known, Range="bytes=0-9")
    assert (response.status_code, response["ETag"]) == (304, ETAG)
    assert body(response) == b""


@pytest.mark.parametrize("known", ['"other"', "abc123", "nonsense", '"ABC123"'])
def test_another_version_is_sent(known: str) -> None:
    assert body(ask(If_None_Match=known)) == DATA


def test_head_has_the_headers_and_no_body() -> None:
    head, get = ask(method="HEAD", open_part=never, Range="bytes=0-9"), ask()
    assert (head.status_code, head.items(), body(head)) == (200, get.items(), b"")
    get.close()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(method: str) -> None:
    response = ask(method=method, open_part=never)
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=0-9"}, {"Range": "bytes=999999999-"}])
def test_every_answer_is_harmless(headers: dict[str, str]) -> None:
    response = ask(**headers)
    response.close()
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Cache-Control"] == "private, no-cache"


def test_the_type_is_the_one_it_was_told() -> None:
    response = ask(method="HEAD")
    assert response["Content-Type"] == "audio/mp4"


def test_an_empty_file() -> None:
    response = ask(open_part=lambda *part: Opened(*part, b""), size=0)
    assert (response.status_code, response["Content-Length"]) == (200, "0")
    assert body(response) == b""
    assert ask(open_part=never, size=0, Range="bytes=0-").status_code == 416


def test_a_file_that_is_missing_is_an_error_before_anything_was_sent() -> None:
    def missing(first: int, length: int) -> BinaryIO:
        raise FileNotFoundError

    with pytest.raises(FileNotFoundError):
        ask(open_part=missing)


def test_a_file_that_is_too_short_breaks_the_answer() -> None:
    response = ask(open_part=lambda *part: Opened(*part, DATA[:-1]))
    with pytest.raises(OSError, match="shorter"):
        list(response)
    response.close()


def test_a_listener_who_leaves_closes_the_file() -> None:
    response = ask()
    next(iter(response))
    assert len(Opened.now) == 1
    response.close()


def test_an_answer_that_is_never_read_closes_the_file() -> None:
    ask().close()


def disposition(filename: str, download: bool) -> Message:
    request = RequestFactory().head("/")
    details: dict[str, Any] = {"etag": "e", "content_type": "audio/mp4", "size": 1, "open_part": never}
    response = serve(request, filename=filename, download=download, **details)
    return Parser().parsestr(f"Content-Disposition: {response['Content-Disposition']}\n\n")


@pytest.mark.parametrize(
    "title", ["Song", "Mañana", "夜の歌", '"quoted" song', "a\r\nSet-Cookie: x=1", "50% off; x=y"]
)
@pytest.mark.parametrize("download", [True, False])
def test_the_name_reaches_the_browser(title: str, download: bool) -> None:
    message = disposition(f"{title}.m4a", download)
    assert message.get_content_disposition() == ("attachment" if download else "inline")
    assert message.get_filename() == safe_filename(f"{title}.m4a")
    assert len(message) == 1


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("My song.m4a", "My song.m4a"),
        ("AC/DC: live\r\n.m4a", "AC_DC_ live.m4a"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..\\..\\boot.ini", "_.._boot.ini"),
        (".m4a", "file.m4a"),
        ("", "file"),
        ("...", "file"),
        ("evil\u202egpj.m4a", "evilgpj.m4a"),
        ("a\x00b\u2028c\ud800.m4a", "abc.m4a"),
        ("e\u0301.m4a", "\u00e9.m4a"),
        ("x" * 500 + ".m4a", "x" * 120 + ".m4a"),
        ("Song.a", "Song.a"),
        ("Song.12345", "Song.12345"),
        ("Song.123456", "Song.123456"),
        ("x" * 200 + ".123456", "x" * 120),
        ("Vol. 2", "Vol. 2"),
        ("Stop. Then start again", "Stop. Then start again"),
    ],
)
def test_safe_filename(name: str, safe: str) -> None:
    assert safe_filename(name) == safe


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    """A real WSGI server that serves DATA."""

    def application(environ: dict[str, Any], start_response: Any) -> HttpResponseBase:
        response = answer(WSGIRequest(environ))
        start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
        return response

    with make_server("127.0.0.1", 0, application, handler_class=QuietHandler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def over_http(port: int, method: str, **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request(method, "/", headers=headers)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, content


def test_it_works_under_a_real_wsgi_server(port: int) -> None:
    assert over_http(port, "GET") == (200, DATA)
    assert over_http(port, "GET", Range="bytes=70000-199999") == (206, DATA[70_000:200_000])
    assert over_http(port, "GET", Range="bytes=-5") == (206, DATA[-5:])
    assert over_http(port, "GET", Range="bytes=999999-") == (416, b"")
    assert over_http(port, "HEAD") == (200, b"")
