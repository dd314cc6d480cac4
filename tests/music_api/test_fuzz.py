"""Thousands of malformed replies: every one ends in one of our types or one of our errors."""

import json
import unicodedata
from collections.abc import Callable, Mapping
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings

from studio.music_api import decode, stems, useapi
from studio.music_api.client import Answer, Client
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
from studio.music_api.types import PollResult, PollState
from tests.music_api.garbage import GOLDEN, bodies, headers, statuses, wire
from tests.music_api.upstream import Upstream

WANTED = ("clip_id", "audio_url")

SUBMIT_ERRORS = (NotSent, Rejected, Held, Ambiguous)
POLL_ERRORS = (Unavailable, NotFound, KeyRefused)
BALANCE_ERRORS = (Unavailable, KeyRefused)

# To draw a reply takes longer than to read it. Each is read by all five decoders as it is, and by each with a
# wound of its own, and so is a good reply: more than ten thousand malformed ones, the same in every run.
many = settings(max_examples=2200, deadline=None, derandomize=True)


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


def hurt(body: bytes, by: bytes) -> bytes:
    """The body with a stretch of it replaced; always the same one for the same `by`."""
    random = Random(body + by)
    start, end = sorted(random.choices(range(len(body) + 1), k=2))
    return body[:start] + random.choice([b"", b'"', b"null", b"\\ud800", random.randbytes(9)]) + body[end:]


def a_submit(status: int, headers: Mapping[str, str], body: bytes) -> None:
    result = outcome(decode.submit_answer, status, headers, body)
    if isinstance(result, MusicApiError):
        assert isinstance(result, SUBMIT_ERRORS)
    else:
        assert 200 <= status < 300
        assert result.task_id.isascii()


def a_poll(status: int, headers: Mapping[str, str], body: bytes) -> None:
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


def a_balance(status: int, headers: Mapping[str, str], body: bytes) -> None:
    result = outcome(decode.balance_answer, status, headers, body)
    if isinstance(result, MusicApiError):
        assert isinstance(result, BALANCE_ERRORS)
    else:
        assert abs(result.total) < 2**32


def a_delivery(status: int, headers: Mapping[str, str], body: bytes) -> None:
    result = outcome(decode.delivery_body, body, headers)
    if isinstance(result, MusicApiError):
        assert isinstance(result, BadDelivery)
    else:
        check_texts([result.event, result.webhook_id, result.task_id])


def an_import(status: int, headers: Mapping[str, str], body: bytes) -> None:
    error = outcome(useapi.error_answer, Answer(status, headers, body))
    assert isinstance(error, (NotSent, Rejected))
    found = stems.stems_of(body)
    assert len(found) <= stems.MAX_STEMS
    assert len({name for name, _ in found}) == len(found)
    check_texts([name for name, _ in found])
    assert all(name and url.startswith(("http://", "https://")) for name, url in found)


@many
@given(statuses, headers, bodies)
def test_every_reply_ends_in_a_named_class(status: int, headers: Mapping[str, str], body: bytes) -> None:
    good = Random(body).choice(GOLDEN)
    for read in (a_submit, a_poll, a_balance, a_delivery, an_import):
        read(status, headers, body)
        read(status, headers, hurt(body, read.__name__.encode()))
        read(200, {}, hurt(good, read.__name__.encode() + body))


@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
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
    listing = b'{"drums":"https://a/d","more":[{"name":"bass","url":"https://a/b"}]}'
    assert stems.stems_of(listing) == (("drums", "https://a/d"), ("bass", "https://a/b"))
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
    assert stems.stems_of(body) == ()


@pytest.mark.parametrize("name", ["", " ", "\\u0000", "\\ud800"])
def test_a_stem_without_a_name_is_called_one(name: str) -> None:
    assert stems.stems_of(b'{"%s":"https://a/b"}' % name.encode()) == (("stem", "https://a/b"),)
