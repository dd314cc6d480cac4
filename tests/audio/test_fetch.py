import contextlib
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.audio import fetch as module
from studio.audio.fetch import (
    Fetched,
    FetchError,
    FetchRules,
    Missing,
    Refused,
    TooLarge,
    TooSlow,
    Truncated,
    Unreachable,
    WrongType,
    fetch,
)
from studio.audio.media_types import MEDIA_TYPES
from tests.audio.corpus import WRONG_TYPES
from tests.audio.servers import HostileServer

LIMIT = 2_000_000


@pytest.fixture
def rules(server: HostileServer) -> FetchRules:
    return FetchRules(hosts=(), origins=(server.origin,), max_bytes=LIMIT, deadline_s=20)


@pytest.fixture
def target(tmp_path: Path):
    """Where the file goes; whatever happens, nothing else may stay in the folder."""
    folder = tmp_path / "media"
    folder.mkdir()
    yield folder / "song.m4a"
    assert {path.name for path in folder.iterdir()} <= {"song.m4a"}


def assert_fails(kind: type[FetchError], url: str, target: Path, rules: FetchRules) -> FetchError:
    with pytest.raises(kind) as failure:
        fetch(url, target, allow=rules)
    assert not target.exists()
    return failure.value


@pytest.mark.parametrize("way", ["song", "unannounced", "chunked", "hops?left=3"])
def test_it_fetches_a_file(server: HostileServer, rules: FetchRules, target: Path, way: str) -> None:
    fetched = fetch(f"{server.origin}/{way}", target, allow=rules)
    last = f"{server.origin}/song" if "hops" in way else f"{server.origin}/{way}"
    sha256 = hashlib.sha256(server.song).hexdigest()
    assert fetched == Fetched(len(server.song), sha256, MEDIA_TYPES["m4a"], last)
    assert target.read_bytes() == server.song


def test_it_replaces_what_was_there(server: HostileServer, rules: FetchRules, target: Path) -> None:
    target.write_bytes(b"old")
    fetch(f"{server.origin}/song", target, allow=rules)
    assert target.read_bytes() == server.song


def test_it_tells_the_server_nothing(
    server: HostileServer, rules: FetchRules, target: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    fetch(f"{server.origin}/song", target, allow=rules)
    names = {"Host", "Accept", "Accept-Encoding", "Connection", "User-Agent"}
    assert set(server.seen[0]) == names
    assert server.seen[0]["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("way", ["short", "chunked?cut=1"])
def test_a_connection_that_breaks_off(
    server: HostileServer, rules: FetchRules, target: Path, way: str
) -> None:
    assert assert_fails(Truncated, f"{server.origin}/{way}", target, rules).retryable


def test_two_lengths_that_contradict_each_other(
    server: HostileServer, rules: FetchRules, target: Path
) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\nTransfer-Encoding: chunked\r\n\r\n"
    server.raw = head + b"14\r\n" + server.song[:20] + b"\r\n0\r\n\r\n"
    assert_fails(Truncated, f"{server.origin}/raw", target, rules)


@pytest.mark.parametrize("way", ["endless", "announces_a_terabyte"])
def test_more_than_allowed(server: HostileServer, rules: FetchRules, target: Path, way: str) -> None:
    assert not assert_fails(TooLarge, f"{server.origin}/{way}", target, rules).retryable


def test_exactly_as_much_as_allowed(server: HostileServer, rules: FetchRules, target: Path) -> None:
    fetch(f"{server.origin}/unannounced", target, allow=replace(rules, max_bytes=len(server.song)))
    target.unlink()
    assert_fails(
        TooLarge, f"{server.origin}/unannounced", target, replace(rules, max_bytes=len(server.song) - 1)
    )


@pytest.mark.parametrize("way", ["drip", "drip_headers", "silent"])
def test_the_deadline_ends_it(server: HostileServer, rules: FetchRules, target: Path, way: str) -> None:
    impatient = replace(rules, deadline_s=0.3)
    assert assert_fails(TooSlow, f"{server.origin}/{way}", target, impatient).retryable


def test_control_without_a_deadline_a_drip_goes_on(
    server: HostileServer, rules: FetchRules, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.Deadline, "_end", lambda deadline: None)
    monkeypatch.setattr(module.Deadline, "passed", False)
    server.song = server.song[:40]  # or it would go on for a quarter of an hour
    assert fetch(f"{server.origin}/drip", target, allow=replace(rules, deadline_s=0.1, read_s=0.1)).size == 40


@pytest.mark.parametrize("way", ["silent", "drip"])
def test_a_server_that_falls_silent_or_too_slow(
    server: HostileServer, rules: FetchRules, target: Path, way: str
) -> None:
    assert_fails(TooSlow, f"{server.origin}/{way}", target, replace(rules, grace_s=0.2, read_s=0.2))


def test_compressed_files_are_refused(server: HostileServer, rules: FetchRules, target: Path) -> None:
    assert_fails(WrongType, f"{server.origin}/gzipped", target, rules)


@pytest.mark.parametrize("name", WRONG_TYPES)
def test_what_is_no_media_file(server: HostileServer, rules: FetchRules, target: Path, name: str) -> None:
    server.corpus = WRONG_TYPES
    assert_fails(WrongType, f"{server.origin}/corpus?name={name.replace(' ', '+')}", target, rules)


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410, 451])
def test_what_is_not_given_out(server: HostileServer, rules: FetchRules, target: Path, code: int) -> None:
    failure = assert_fails(Missing, f"{server.origin}/status?code={code}", target, rules)
    assert failure.retryable
    assert failure.status == code


@pytest.mark.parametrize("code", [204, 206, 304, 408, 429, 500, 502, 503, 504])
def test_what_may_come_later(server: HostileServer, rules: FetchRules, target: Path, code: int) -> None:
    assert assert_fails(Unreachable, f"{server.origin}/status?code={code}", target, rules).retryable


@pytest.mark.parametrize("way", ["loop", "hops?left=4", "nowhere", "redirect?to=https://evil.example/a.m4a"])
def test_redirects_that_go_too_far(server: HostileServer, rules: FetchRules, target: Path, way: str) -> None:
    assert not assert_fails(Refused, f"{server.origin}/{way}", target, rules).retryable
    assert len(server.seen) <= 1 + module.MAX_REDIRECTS


def test_the_body_of_a_redirect_is_not_read(server: HostileServer, rules: FetchRules, target: Path) -> None:
    assert fetch(f"{server.origin}/endless_redirect", target, allow=rules).size == len(server.song)


def test_nobody_listens(server: HostileServer, rules: FetchRules, target: Path) -> None:
    nobody = "http://127.0.0.1:1"
    assert assert_fails(Unreachable, f"{nobody}/song", target, replace(rules, origins=(nobody,))).retryable


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"this is not HTTP\r\n\r\n",
        b"HTTP/1.1 9999999 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000,
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
    ],
)
def test_what_is_no_http(server: HostileServer, rules: FetchRules, target: Path, raw: bytes) -> None:
    server.raw = raw
    assert_fails(Unreachable, f"{server.origin}/raw", target, rules)


def test_a_full_disk_is_no_fault_of_the_server(
    server: HostileServer, rules: FetchRules, target: Path
) -> None:
    with pytest.raises(FileNotFoundError):
        fetch(f"{server.origin}/song", target.parent / "no folder" / "song.m4a", allow=rules)


HEADER = st.sampled_from(
    ["Content-Length", "Transfer-Encoding", "Content-Encoding", "Location", "Connection"]
)
VALUE = (
    st.sampled_from(["", "0", "-1", "7", "9" * 30, "chunked", "gzip", "identity", "//[", "/raw"]) | st.text()
)
STATUS = st.sampled_from([100, 101, 200, 200, 200, 301, 302, 416])


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(status=STATUS, headers=st.lists(st.tuples(HEADER, VALUE), max_size=3), body=st.binary(max_size=50))
def test_any_answer_is_a_file_or_a_fetch_error(
    server: HostileServer, rules: FetchRules, target: Path, status: int, headers: list, body: bytes
) -> None:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    server.raw = f"HTTP/1.1 {status} OK\r\n{lines}\r\n".encode("utf-8", "replace") + b"ID3\x04" + body
    with contextlib.suppress(FetchError):
        fetched = fetch(f"{server.origin}/raw", target, allow=rules)
        # A redirect may have been drawn that leads to the server's own song.
        assert target.read_bytes().startswith((b"ID3\x04", server.song[:12]))
        assert fetched.size == target.stat().st_size


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(url=st.text() | st.from_regex(r"https?://[^/]{0,30}/.{0,20}", fullmatch=True))
def test_any_text_as_address_is_refused(rules: FetchRules, target: Path, url: str) -> None:
    with pytest.raises(FetchError):
        fetch(url, target, allow=rules)
