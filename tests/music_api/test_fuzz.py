"""Thousands of malformed replies: every one ends in one of our types or one of our errors."""

import json
import unicodedata
from collections.abc import Callable, Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.music_api import decode
from studio.music_api.client import Client
from studio.music_api.errors import (
    Ambiguous,
    BadDelivery,
    Held,
    KeyRefused,
    MusicApiError,
    NotFound,
    NotSent,
    Rejected,
    Unavailable,
)
from studio.music_api.types import Item, PollResult, PollState
from tests.music_api.conftest import FIXTURES
from tests.music_api.upstream import Upstream, answer

GOLDEN = [path.read_bytes() for path in sorted(FIXTURES.glob("*.json"))]
NAMES = sorted(
    {name for body in GOLDEN for name in json.loads(body)} | set(Item.__dataclass_fields__) | {"state"}
)
WORDS = [
    "SUCCESS",
    "RUNNING",
    "FAILED",
    "succeeded",
    "failed",
    "not_ready",
    "timeout",
    "t1",
    "https://a/b",
    "104.88",
]
WANTED = ("clip_id", "audio_url")

SUBMIT_ERRORS = (NotSent, Rejected, Held, Ambiguous)
POLL_ERRORS = (Unavailable, NotFound, KeyRefused)
BALANCE_ERRORS = (Unavailable, KeyRefused)

leaves = st.one_of(
    st.sampled_from(WORDS),
    st.none() | st.booleans() | st.integers() | st.floats(),
    st.text(st.characters(exclude_categories=()), max_size=30),  # lone surrogates and NUL, too
    st.sampled_from(["\ud83d", "\0", "9" * 400, "e" + "\u0301" * 100]),
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=8),
    max_leaves=12,
)
objects = st.dictionaries(st.sampled_from(NAMES), values, max_size=8)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """One of the provider's own bodies with a stretch of it replaced."""
    body = draw(st.sampled_from(GOLDEN))
    start, end = sorted(draw(st.tuples(*[st.integers(0, len(body))] * 2)))
    return body[:start] + draw(st.binary(max_size=20)) + body[end:]


bodies = st.one_of(
    objects.map(lambda value: json.dumps(value).encode()),
    values.map(lambda value: json.dumps(value).encode()),
    st.lists(st.sampled_from(GOLDEN), max_size=3).map(b"".join),
    damaged(),
    st.binary(max_size=100),
    st.integers(1, 2000).map(lambda depth: b'{"data":[' * depth),
)
statuses = st.sampled_from(
    [200, 200, 200, 202, 307, 400, 401, 402, 403, 404, 410, 422, 429, 500, 504]
) | st.integers(100, 999)
headers = st.dictionaries(st.sampled_from(["Retry-After", "X-Webhook-Id", "Server"]), st.text(max_size=20))
many = settings(max_examples=1500, deadline=None)


def outcome(decoder: Callable[..., object], *given: object) -> object:
    """What came out, and in any case clean."""
    try:
        result = decoder(*given)
    except MusicApiError as error:
        check_texts([error.message, error.kind, error.body])
        return error
    return result


def check_texts(texts: list[str | None]) -> None:
    for text in filter(None, texts):
        assert "\0" not in text
        assert unicodedata.is_normalized("NFC", text)
        text.encode()  # a lone surrogate cannot be


@many
@given(statuses, headers, bodies)
def test_a_submit_ends_in_a_named_class(status: int, headers: Mapping[str, str], body: bytes) -> None:
    result = outcome(decode.submit_answer, status, headers, body)
    if isinstance(result, MusicApiError):
        assert isinstance(result, SUBMIT_ERRORS)
    else:
        assert 200 <= status < 300
        assert result.task_id.isascii()


@many
@given(statuses, headers, bodies)
def test_a_poll_ends_in_a_named_class(status: int, headers: Mapping[str, str], body: bytes) -> None:
    result = outcome(decode.poll_answer, status, headers, body, WANTED)
    if isinstance(result, MusicApiError):
        assert isinstance(result, POLL_ERRORS)
        return
    check_texts(
        [result.message, result.unknown_status, *(str(v) for i in result.items for v in vars(i).values())]
    )
    assert PollResult.from_dict(json.loads(json.dumps(result.as_dict(), allow_nan=False))) == result
    if result.state is PollState.SUCCESS:
        assert all(getattr(item, name) for item in result.items for name in WANTED)


@many
@given(statuses, headers, bodies)
def test_a_balance_ends_in_a_named_class(status: int, headers: Mapping[str, str], body: bytes) -> None:
    result = outcome(decode.balance_answer, status, headers, body)
    if isinstance(result, MusicApiError):
        assert isinstance(result, BALANCE_ERRORS)
    else:
        assert abs(result.total) < 2**32


@many
@given(headers, bodies)
def test_a_delivery_ends_in_a_named_class(headers: Mapping[str, str], body: bytes) -> None:
    result = outcome(decode.delivery_body, body, headers)
    if isinstance(result, MusicApiError):
        assert isinstance(result, BadDelivery)
    else:
        check_texts([result.event, result.webhook_id, result.task_id])


wire = st.one_of(
    st.binary(max_size=200),
    st.binary(max_size=60).map(lambda rest: b"HTTP/1.1 200 OK\r\n" + rest),
    st.binary(max_size=60).map(lambda rest: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + rest),
    st.text(max_size=30).map(lambda value: answer(200, b"{}", f"Content-Length: {value}")),
    st.text(max_size=30).map(lambda value: answer(307, b"{}", f"Location: {value}")),
    st.tuples(st.integers(0, 2000), damaged()).map(lambda pair: answer(*pair)),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=wire)
def test_whatever_the_wire_says_ends_in_a_named_class(
    upstream: Upstream, client: Client, content: bytes
) -> None:
    def say(exchange) -> None:
        exchange.send(content)
        exchange.connection.close()

    upstream.script = say
    upstream.exchanges.clear()
    for call, errors in (
        (lambda: client.submit("create_music", {"sound": "pop"}), SUBMIT_ERRORS),
        (lambda: client.poll("create_music", "t1"), POLL_ERRORS),
        (client.balance, BALANCE_ERRORS),
    ):
        result = outcome(call)
        assert isinstance(result, errors) or not isinstance(result, MusicApiError)
    # A query may find its kept connection closed and never arrive; an order always does, and once.
    assert [exchange.head[:4] for exchange in upstream.exchanges].count(b"POST") == 1


def test_the_fuzz_reaches_good_answers_too() -> None:
    """The negative control: were everything refused, the tests above would prove little."""
    assert (
        sum(isinstance(outcome(decode.submit_answer, 200, {}, body), decode.Accepted) for body in GOLDEN) > 10
    )
    states = {
        poll.state
        for body in GOLDEN
        if isinstance(poll := outcome(decode.poll_answer, 200, {}, body), PollResult)
    }
    assert states == set(PollState)


@pytest.mark.parametrize("size", [1024 * 1024, 1024 * 1024 + 1])
@pytest.mark.parametrize("piece", [b"[", b'{"a":', b'"', b"9", b"\xcc\x81", b"\\ud800", b'{"task_id":"t1"},'])
def test_a_megabyte_of_anything_ends(piece: bytes, size: int) -> None:
    body = (piece * size)[:size]
    for decoder in (decode.submit_answer, decode.poll_answer, decode.balance_answer):
        assert isinstance(outcome(decoder, 200, {}, body), (Ambiguous, Unavailable))
