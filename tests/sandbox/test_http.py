"""HTTP itself, with raw sockets: what a rude, slow or broken client meets."""

import http.client
import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from studio.sandbox.handler import Handler

from .caller import KEY, SONG, Caller

CREATE = "/api/v1/producer/create"
CREDITS = f"GET /api/v1/get-credits HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
MANY = [
    ("POST", CREATE, json.dumps(SONG)),
    ("GET", "/api/v1/get-credits", "a body that nobody asked for"),
    ("POST", CREATE, "{"),
    ("GET", "/media/nothing", None),
    ("HEAD", "/api/v1/get-credits", None),
    ("GET", "/api/v1/producer/task/1?x=1", None),
]


@pytest.fixture
def wire(caller: Caller) -> Iterator[socket.socket]:
    parts = urlsplit(caller.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as wire:
        yield wire


def answer(wire: socket.socket, sent: bytes) -> tuple[int, bytes]:
    """Status and body of the one answer to what was sent."""
    wire.sendall(sent)
    response = http.client.HTTPResponse(wire)
    response.begin()
    return response.status, response.read()


def read_all(wire: socket.socket) -> bytes:
    """Everything until the server closes."""
    return b"".join(iter(lambda: wire.recv(65536), b""))


def is_closed(wire: socket.socket) -> bool:
    try:
        return wire.recv(1) == b""
    except ConnectionResetError:
        return True


def post(headers: str, body: bytes = b"") -> bytes:
    return (
        f"POST {CREATE} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n{headers}\r\n".encode() + body
    )


def test_one_connection_carries_many_requests(caller: Caller) -> None:
    connection = http.client.HTTPConnection(urlsplit(caller.url).netloc, timeout=20)
    statuses, addresses = [], set()
    for method, path, body in MANY:
        connection.request(method, path, body, caller.headers)
        response = connection.getresponse()
        response.read()
        statuses.append(response.status)
        addresses.add(connection.sock.getsockname())
    connection.close()
    assert statuses == [200, 200, 400, 404, 200, 404]
    assert len(addresses) == 1


def test_requests_may_come_in_one_packet(wire: socket.socket) -> None:
    wire.sendall(f"{CREDITS}\r\n{CREDITS}Connection: close\r\n\r\n".encode())
    received = read_all(wire)
    assert received.count(b"HTTP/1.1 200 OK") == 2
    assert received.count(b'{"credits":10000,"extra_credits":0}') == 2


def test_head_is_get_without_the_body(wire: socket.socket) -> None:
    sent = CREDITS.replace("GET", "HEAD")
    wire.sendall(f"{sent}Connection: close\r\n\r\n".encode())
    received = read_all(wire)
    assert b"Content-Length: 35\r\n" in received
    assert received.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    "headers",
    [
        "Content-Length: 1048577\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 1e3\r\n",
        "Content-Length: 2\r\nContent-Length: 3\r\n",
        "Transfer-Encoding: chunked\r\n",
    ],
)
def test_a_body_without_a_good_length_ends_the_connection(wire: socket.socket, headers: str) -> None:
    status, body = answer(wire, post(headers))
    assert status == 400
    assert json.loads(body)["type"] == "validation_error"
    assert is_closed(wire)


def test_who_sends_too_much_is_told_so(caller: Caller) -> None:
    reply = caller("POST", CREATE, SONG | {"lyrics": "la " * 2_000_000})
    assert reply.status == 400
    assert reply.json["error"] == "The request body must be at most 1048576 bytes."


def test_a_body_of_exactly_a_mebibyte_is_read(wire: socket.socket) -> None:
    start, end = b'{"task_type":"create_music","sound":"', b'"}'
    body = start + b"x" * ((1 << 20) - len(start) - len(end)) + end
    status, _ = answer(wire, post(f"Content-Length: {len(body)}\r\n", body))
    assert status == 200


def test_an_order_that_was_cut_off_is_not_accepted(wire: socket.socket, caller: Caller) -> None:
    body = json.dumps(SONG).encode()
    wire.sendall(post(f"Content-Length: {len(body) + 1}\r\n", body))
    wire.shutdown(socket.SHUT_WR)
    wire.recv(65536)
    assert caller.ledger()["tasks"] == []


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"DELETE /sandbox/ledger HTTP/1.1\r\n\r\n", 501),
        (b"\x16\x03\x01\x02\x00\r\n\r\n", 400),
        (b"GET / HTTP/3.0\r\n\r\n", 505),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nA: " + b"b" * 70_000 + b"\r\n\r\n", 431),
    ],
)
def test_what_is_no_request_is_answered_in_json(wire: socket.socket, sent: bytes, status: int) -> None:
    answered, body = answer(wire, sent)
    assert answered == status
    assert json.loads(body)["type"] == "validation_error"
    assert is_closed(wire)


def test_who_is_hung_up_on_is_told_so(wire: socket.socket) -> None:
    wire.sendall(post("Content-Length: -1\r\n"))
    assert b"\r\nConnection: close\r\n" in read_all(wire)


def test_slow_clients_hold_up_nobody(caller: Caller) -> None:
    parts = urlsplit(caller.url)
    slow = [socket.create_connection((parts.hostname, parts.port)) for _ in range(100)]
    for wire in slow[:50]:
        wire.sendall(b"POST /api/v1/producer/cr")
    for wire in slow[50:]:
        wire.sendall(post("Content-Length: 1000\r\n", b'{"task'))
    assert caller.end(caller.submit())["status"] == "SUCCESS"
    for wire in slow:
        wire.close()


def test_a_silent_connection_is_closed(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Handler, "timeout", Handler.timeout / 600)
    parts = urlsplit(caller.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as silent:
        silent.sendall(post("Content-Length: 1000\r\n", b'{"task'))
        assert is_closed(silent)


def test_the_server_says_what_it_is(caller: Caller) -> None:
    assert caller("GET", "/").headers["Server"] == "studio-sandbox"
