"""Ends that come seldom: a name that is found too late, and an operation that nobody sells any more."""

import socket
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest

from studio.music_api.client import Client
from studio.music_api.errors import NotSent
from studio.music_api.types import PollState
from tests.music_api.upstream import Upstream, says
from tests.running import wait_for

SONG = b'{"code": 200, "data": [{"state": "running"}]}'


def test_an_order_whose_host_is_found_too_late_is_never_sent(
    upstream: Upstream, make_client: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No time-out bounds the look-up of a name; the worker goes on, and what is found then is not used."""
    found, looked_up, connected = Event(), Event(), socket.getaddrinfo

    def slow(*args: Any, **kwargs: Any) -> Any:
        found.wait()
        looked_up.set()
        return connected(*args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    client = make_client(connect_timeout=0.05, post_timeout=0.05)
    with pytest.raises(NotSent, match="no connection in time"):
        client.submit("create_music", {"sound": "folk"})
    found.set()
    wait_for(looked_up.is_set)
    wait_for(lambda: upstream.connections)
    upstream.close()
    assert upstream.exchanges == []


def test_the_song_of_an_operation_that_is_withdrawn_is_still_asked_for(
    upstream: Upstream, client: Client
) -> None:
    upstream.script = says(200, SONG)
    assert client.poll("sing_along", "up-1").state is PollState.RUNNING
    assert [exchange.target for exchange in upstream.exchanges] == ["/api/v1/producer/task/up-1"]
