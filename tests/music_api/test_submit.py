"""The one call that costs money, against a real server that counts."""

import contextlib
import gzip
import json
import socket
import time
from functools import partial
from pathlib import Path

import pytest

from studio.music_api.client import Client
from studio.music_api.errors import Ambiguous, NotSent, OutOfCredits, RateLimited, Rejected, Retired
from studio.music_api.transport import Order
from studio.music_api.types import Accepted
from tests.music_api.conftest import KEY, golden
from tests.music_api.upstream import Exchange, Upstream, answer, reset, says

SOUND = {"sound": "warm synths"}
ACCEPTED = golden("create_accepted")
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (
    len(ACCEPTED),
    ACCEPTED,
)
TASK_ID = "6d7253ac-916e-49a8-b288-91ffa7f8a8cd"


def submit(client: Client) -> Accepted:
    return client.submit("create_music", SOUND)


def test_it_sends_the_order_and_returns_the_task_id(upstream: Upstream, client: Client) -> None:
    upstream.script = says(200, ACCEPTED)
    hooks = {"webhook_url": "https://studio.example/hooks/t/", "webhook_secret": "s3cret"}
    assert client.submit("create_music", {**SOUND, "title": ""}, **hooks) == Accepted(TASK_ID)
    [exchange] = upstream.exchanges
    assert json.loads(exchange.body) == {"task_type": "create_music", **SOUND, **hooks}
    head = exchange.head.decode().split("\r\n")
    assert head[0] == "POST /api/v1/producer/create HTTP/1.1"
    assert f"Authorization: Bearer {KEY}" in head
    assert "Content-Type: application/json" in head
    assert "Connection: close" in head
    assert "Accept-Encoding: identity" in head


def test_a_secret_without_an_address_stays_here(upstream: Upstream, client: Client) -> None:
    upstream.script = says(200, ACCEPTED)
    client.submit("create_music", SOUND, webhook_secret="s3cret")
    assert b"s3cret" not in upstream.exchanges[0].body


def test_every_order_has_a_connection_of_its_own(upstream: Upstream, client: Client) -> None:
    upstream.script = says(200, ACCEPTED, "Connection: keep-alive")
    submit(client)
    submit(client)
    assert (upstream.connections, len(upstream.exchanges)) == (2, 2)


def cut(content: bytes, exchange: Exchange) -> None:
    exchange.send(content[:-10])
    exchange.connection.close()


def drip_a_head(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\n")
    exchange.drip(b"X-Drip: drop\r\n")


def drip_a_body(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    exchange.drip(b" ")


def drip_chunks(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    exchange.drip(b"1\r\n \r\n")


def redirect_endlessly(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 307 Elsewhere\r\nLocation: /api/v1/producer/create\r\n\r\n")
    exchange.drip(b" ")


def reset_after_a_byte(connection: socket.socket) -> None:
    connection.recv(1)
    reset(connection)


UNCLEAR = {
    "reset after reading": Exchange.reset,
    "end without an answer": lambda exchange: exchange.connection.close(),
    "silence": Exchange.hang,
    "half an answer": partial(cut, answer(200, ACCEPTED)),
    "half an answer of no length": partial(cut, b"HTTP/1.1 200 OK\r\n\r\n" + ACCEPTED),
    "chunks without the last": partial(cut, CHUNKED),
    "head in drops": drip_a_head,
    "body in drops": drip_a_body,
    "chunks in drops": drip_chunks,
    "no HTTP": lambda exchange: exchange.send(b"220 mail.example ESMTP\r\n"),
    "early hints": lambda exchange: exchange.send(
        b"HTTP/1.1 103 Early Hints\r\n\r\n" + answer(200, ACCEPTED)
    ),
    "redirect": says(307, b"", "Location: /api/v1/producer/create"),
    "see other": says(303, b"", "Location: /api/v1/producer/create"),
    "redirect in drops": redirect_endlessly,
    "page": says(200, b"<html>Just a moment...</html>", "Content-Type: text/html"),
    "nothing": says(200),
    "no task id": says(200, b'{"message":"success"}'),
    "too long": says(200, ACCEPTED + b" " * (1024 * 1024 + 1 - len(ACCEPTED))),
    "gzip": says(
        200, gzip.compress(ACCEPTED), "Content-Encoding: gzip"
    ),  # we asked for none; it may be a bomb
    "internal error": says(500, golden("error_500")),
    "provider away": says(502, golden("error_502")),
    "gateway's page": says(503, b"<html>"),
    "gateway time-out": says(504),
}


@pytest.mark.parametrize("script", UNCLEAR.values(), ids=UNCLEAR)
def test_an_unclear_end_is_ambiguous_and_never_sent_again(
    upstream: Upstream, impatient: Client, script
) -> None:
    upstream.script = script
    with pytest.raises(Ambiguous):
        submit(impatient)
    upstream.close()
    assert len(upstream.exchanges) == 1


def test_an_answer_in_chunks_is_read(upstream: Upstream, client: Client) -> None:
    upstream.script = lambda exchange: exchange.send(CHUNKED)
    assert submit(client) == Accepted(TASK_ID)


def test_the_longest_answer_is_read(upstream: Upstream, client: Client) -> None:
    body = ACCEPTED[:-1] + b" " * (1024 * 1024 - len(ACCEPTED)) + b"}"
    upstream.script = says(200, body)
    assert len(body) == 1024 * 1024
    assert submit(client) == Accepted(TASK_ID)


def test_a_reset_before_the_order_was_read_is_ambiguous(upstream: Upstream, client: Client) -> None:
    upstream.before_reading = reset_after_a_byte
    with pytest.raises(Ambiguous):
        submit(client)
    upstream.close()
    assert upstream.connections == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Rejected),
        (404, Rejected),
        (422, Rejected),
        (410, Retired),
        (402, OutOfCredits),
        (429, RateLimited),
    ],
)
def test_a_certain_status_counts_even_when_its_body_breaks_off(
    upstream: Upstream, client: Client, status: int, error: type[Exception]
) -> None:
    upstream.script = partial(cut, answer(status, golden("error_400")))
    with pytest.raises(error) as caught:
        submit(client)
    assert type(caught.value) is error


def test_too_many_tasks_may_name_a_pause(upstream: Upstream, client: Client) -> None:
    upstream.script = says(429, golden("error_429"), "Retry-After: 7")
    with pytest.raises(RateLimited) as caught:
        submit(client)
    assert caught.value.retry_after == 7


def test_the_machines_proxy_and_passwords_are_not_used(
    upstream: Upstream, client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login eve password secret")
    monkeypatch.setenv("NETRC", str(netrc))
    upstream.script = says(200, ACCEPTED)
    submit(client)
    assert f"Authorization: Bearer {KEY}".encode() in upstream.exchanges[0].head
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert submit(client) == Accepted(TASK_ID)


# Proven not sent


def test_a_closed_port_is_not_sent(make_client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NotSent, match="AI Music API cannot be reached: it takes no connections"):
        submit(make_client(base_url=f"http://127.0.0.1:{port}"))


def test_an_unknown_name_is_not_sent(make_client) -> None:
    with pytest.raises(NotSent, match="its name is not known"):
        submit(make_client(base_url="http://nobody.invalid"))


def test_no_connection_in_time_is_not_sent(make_client) -> None:
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(2):  # fills the queue of those that wait to be accepted: the next one hears nothing
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        with pytest.raises(NotSent, match="no connection in time"):
            submit(make_client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", connect_timeout=0.2))


@pytest.mark.parametrize(
    "greeting",
    [
        lambda connection: connection.sendall(b"HTTP/1.1 400 This is no TLS\r\n\r\n"),
        reset_after_a_byte,
        lambda connection: time.sleep(0.6),  # longer than the client's patience
    ],
    ids=["plain HTTP", "reset", "silence"],
)
def test_a_failed_handshake_is_not_sent(upstream: Upstream, make_client, greeting) -> None:
    upstream.before_reading = greeting
    with pytest.raises(NotSent):
        submit(make_client(base_url=f"https://127.0.0.1:{upstream.port}", connect_timeout=0.3))


def test_an_order_that_connected_too_late_is_not_sent(
    upstream: Upstream, make_client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that takes its time is under no time-out; meanwhile the order may be somebody else's."""
    look_up = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args: time.sleep(0.3) or look_up(*args))
    with pytest.raises(NotSent, match="no connection in time"):
        submit(make_client(connect_timeout=0.1))
    upstream.close()
    assert upstream.exchanges == []


@pytest.mark.parametrize("over_by_s", [1, 3600])
def test_an_order_whose_time_is_over_is_not_sent(upstream: Upstream, client: Client, over_by_s: int) -> None:
    with pytest.raises(NotSent):
        client.submit("create_music", SOUND, not_after=time.time() - over_by_s)
    upstream.close()
    assert upstream.exchanges == []


def test_an_order_whose_time_runs_out_while_it_connects_is_not_sent(
    upstream: Upstream, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args: time.sleep(0.3) or look_up(*args))
    with pytest.raises(NotSent):
        client.submit("create_music", SOUND, not_after=time.time() + 0.1)
    upstream.close()
    assert upstream.exchanges == []


def test_an_order_that_is_begun_in_its_time_is_sent(upstream: Upstream, client: Client) -> None:
    upstream.script = says(200, ACCEPTED)
    sent = client.submit("create_music", SOUND, not_after=time.time() + 60)
    assert (sent, len(upstream.exchanges)) == (Accepted(TASK_ID), 1)


def test_an_order_that_is_begun_may_end_late() -> None:
    order = Order(b"order", latest=time.monotonic() + 60)
    assert order.read(2) == b"or"
    order._latest = 0
    assert order.read() == b"der"


# Refused by ourselves


@pytest.mark.parametrize(
    ("operation", "params", "error"),
    [("create_music", {"title": "x" * 81}, Rejected), ("swap_music_sound", {}, Retired)],
)
def test_an_order_we_know_to_be_wrong_never_leaves(
    upstream: Upstream, client: Client, operation: str, params: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        client.submit(operation, params)
    assert upstream.connections == 0
