"""The key of the account is in one header and nowhere else."""

import json
import logging
import traceback

import pytest

from studio.music_api.client import Client
from studio.music_api.errors import MusicApiError
from tests.music_api.conftest import KEY
from tests.music_api.test_submit import UNCLEAR
from tests.music_api.upstream import Upstream, answer, says

ECHO = json.dumps({"error": f"Bad key {KEY}", "message": KEY, "type": KEY}).encode()
ECHOES = {f"echo {status}": says(status, ECHO) for status in (200, 400, 401, 402, 429, 500)}
PAGE = {"page": says(200, f"<pre>Authorization: Bearer {KEY}</pre>".encode())}
HEADER = {"header": lambda exchange: exchange.send(answer(200, b"", f"X-Key: {KEY}"))}


def everything_about(error: BaseException) -> str:
    """What the most talkative log would show: the chain, its notes and the local variables."""
    trace = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "".join(trace.format()) + repr(vars(error)) + repr(error)


@pytest.mark.parametrize(
    "script", {**ECHOES, **PAGE, **HEADER, "reset": UNCLEAR["reset after reading"]}.values()
)
def test_no_error_and_no_log_holds_the_key(
    upstream: Upstream, client: Client, script, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    upstream.script = script
    for call in (lambda: client.submit("create_music", {"sound": "pop"}), client.balance):
        with pytest.raises(MusicApiError) as caught:
            call()
        assert KEY not in everything_about(caught.value)
    assert "Starting new HTTP connection" in caplog.text
    assert KEY not in caplog.text


@pytest.mark.parametrize("status", [200, 400, 500])
def test_no_error_quotes_what_lets_somebody_ring(upstream: Upstream, client: Client, status: int) -> None:
    """An upstream that sends the whole order back in its answer."""
    upstream.script = lambda exchange: exchange.send(answer(status, b'{"error": %s}' % quoted(exchange.body)))
    address, secret = f"https://studio.example/hooks/{'Ab3-' * 10}qrs/", "0f" * 32
    with pytest.raises(MusicApiError) as caught:
        client.submit("create_music", {"sound": "pop"}, webhook_url=address, webhook_secret=secret)
    shown = repr(vars(caught.value)) + str(caught.value)
    assert "studio.example" in shown, "it quotes the answer"
    assert "Ab3-" not in shown
    assert "0f0f" not in shown


def quoted(body: bytes) -> bytes:
    return json.dumps(body.decode()).encode()


def test_the_client_does_not_show_its_key(client: Client) -> None:
    assert repr(client).startswith("<Client aimusicapi http://127.0.0.1:")
    assert KEY not in repr(client)


@pytest.mark.parametrize("key", ["", "two words", "line\nfeed", "schlüssel", "\ud800"])
def test_a_malformed_key_is_refused_at_once_and_not_quoted(make_client, key: str) -> None:
    with pytest.raises(ValueError, match="The key for AI Music API is empty or has") as caught:
        make_client(key=key)
    assert caught.value.__context__ is None


def test_a_toy_key_leaves_words_alone(upstream: Upstream, make_client) -> None:
    upstream.script = says(400, b'{"error":"a sound is needed"}')
    with pytest.raises(MusicApiError, match="a sound is needed"):
        make_client(key="a").submit("create_music", {"sound": "pop"})
