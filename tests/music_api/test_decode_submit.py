import json

import pytest

from studio.music_api.decode import error_answer, submit_answer
from studio.music_api.errors import (
    Ambiguous,
    Held,
    KeyRefused,
    MusicApiError,
    NotSent,
    OutOfCredits,
    RateLimited,
    Rejected,
    Retired,
)
from studio.music_api.types import Accepted
from tests.music_api.conftest import golden


@pytest.mark.parametrize(
    ("name", "task_id"),
    [
        ("create_accepted", "6d7253ac-916e-49a8-b288-91ffa7f8a8cd"),
        ("create_accepted_with_code", "d8b553d0-cb53-442d-aae8-bba319ab5d65"),
        ("make_lyrics_accepted", "f1a3c2d5-7e89-4b21-9a4f-0d6b3c8e1f12"),
        ("video_clip_accepted", "9329c1ad-c5b2-4d41-a3b6-842d7c2674b1"),
        ("upload_accepted", "29906f02-2366-4218-b25a-41458e1d60e0"),
        ("download_accepted", "84a02e4c-1f7d-4a9b-bf30-12c6e8a3d7f1"),
        ("download_accepted_musicapi", "29906f02-2366-4218-b25a-41458e1d60e0"),
        ("extend_accepted_musicapi", "29906f02-2366-4218-b25a-41458e1d60e0"),
    ],
)
def test_the_vendors_accepted_orders(name: str, task_id: str) -> None:
    assert submit_answer(200, {}, golden(name)) == Accepted(task_id)


def test_any_good_status_with_a_task_id_is_accepted() -> None:
    assert submit_answer(202, {}, b'\xef\xbb\xbf{"task_id":"t1","new":[]}') == Accepted("t1")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"t1"',
        b"{}",
        b'{"task_id":null}',
        b'{"task_id":""}',
        b'{"task_id":7}',
        b'{"task_id":NaN}',
        b'{"task_id":["t1"]}',
        b'{"task_id":"a b"}',
        b'{"task_id":".."}',
        b'{"task_id":"\\u0000"}',
        b'{"task_id":"\\ud800"}',
        b'{"task_id":"t\xff"}',
        b'{"task_id":"' + b"x" * 129 + b'"}',
        b'{"task_id":"t1","task_id":"t2"}',
        b'{"task_id":"t1"',
        b'{"task_id":"t1"}}',
        b"[" * 100_000,
        b'{"task_id":' * 100_000,
        b'{"task_id":"t1"}' + b" " * 1024 * 1024,
    ],
    ids=lambda body: repr(body[:30]),
)
def test_an_order_without_a_clear_task_id_is_ambiguous(body: bytes) -> None:
    with pytest.raises(Ambiguous, match="HTTP 200 without a readable task_id"):
        submit_answer(200, {}, body)


# What the errors are


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (400, Rejected, "validation_error"),
        (401, KeyRefused, "unauthorized"),
        (402, OutOfCredits, "insufficient_credits"),
        (429, RateLimited, "rate_limited"),
        (500, Ambiguous, "internal_error"),
        (502, Ambiguous, "upstream_error"),
    ],
)
def test_the_vendors_errors(status: int, error: type[MusicApiError], kind: str) -> None:
    body = golden(f"error_{status}")
    with pytest.raises(MusicApiError) as caught:
        submit_answer(status, {}, body)
    assert type(caught.value) is error
    assert (caught.value.status, caught.value.kind, caught.value.body) == (status, kind, body.decode())
    assert str(caught.value) == caught.value.message == json.loads(body)["error"]


@pytest.mark.parametrize(
    ("error", "statuses"),
    [
        (Rejected, {400, 404, 422}),
        (Retired, {410}),
        (KeyRefused, {401, 403}),
        (OutOfCredits, {402}),
        (RateLimited, {429}),
    ],
)
def test_only_these_statuses_are_certain(error: type[MusicApiError], statuses: set[int]) -> None:
    assert {status for status in range(100, 1000) if type(error_answer(status, {}, b"")) is error} == statuses


def test_every_other_status_is_ambiguous() -> None:
    certain = {400, 401, 402, 403, 404, 410, 422, 429}
    answers = {status: type(error_answer(status, {}, b"")) for status in range(100, 1000)}
    assert {status for status, error in answers.items() if error is not Ambiguous} == certain


def test_what_follows_from_an_error_is_in_its_class() -> None:
    assert issubclass(RateLimited, NotSent)
    assert issubclass(Retired, Rejected)
    assert {OutOfCredits, KeyRefused} == set(Held.__subclasses__())


def error(status: int, body: object, **headers: str) -> MusicApiError:
    return error_answer(status, headers, body if isinstance(body, bytes) else json.dumps(body).encode())


def test_credits_that_remain() -> None:
    assert error_answer(402, {}, golden("error_402")).remaining == 3
    assert error(402, {"remaining_credits": "many"}).remaining is None


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("The 'mv' field is invalid. Allowed models: FUZZ-3-Demo, ...", "mv"),
        ("Title must not be longer than 80 characters", "title"),
        ("lyrics_strength must be at most 1", "lyrics_strength"),
        ("One of sound or lyrics is required", "sound"),
        ("Subtitles are not supported", ""),
        ("", ""),
    ],
)
def test_the_field_that_an_error_names(text: str, field: str) -> None:
    assert error(400, {"error": text}).field == field
    assert error(410, {"error": text}).field == field


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30.0),
        (" 5 ", 5.0),
        ("0", 0.0),
        ("999999999", 3600.0),
        ("9" * 400, None),
        ("-1", None),
        ("1.5", None),
        ("٣", None),
        ("Fri, 31 Dec 2027 23:59:59 GMT", None),
        ("", None),
    ],
)
def test_the_pause_that_a_429_asks_for(header: str, seconds: float | None) -> None:
    assert error_answer(429, {"retry-AFTER": header}, b"").retry_after == seconds


def test_a_429_may_name_no_pause() -> None:
    assert error_answer(429, {"Server": "x"}, golden("error_429")).retry_after is None


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"error": "one", "message": "two", "detail": "three"}, "one"),
        ({"error": "", "message": "two", "detail": "three"}, "two"),
        ({"error": {"code": 1}, "detail": "three"}, "three"),
        (b"Bad gateway", "Bad gateway"),
        (b"<html>Bad gateway</html>", "HTTP 400"),
        ({"code": 400}, "HTTP 400"),
        (b'{"error": "cut', "HTTP 400"),
        (b"", "HTTP 400"),
        (b"\x1f\x8b\x08\xff", "HTTP 400"),
        ({"error": "a\0b\ud800c e\u0301"}, "abc é"),
        ({"error": "x" * 10_000}, "x" * 500),
    ],
    ids=repr,
)
def test_an_errors_sentence(body: object, message: str) -> None:
    assert error(400, body).message == message


def test_an_errors_body_is_an_excerpt() -> None:
    assert error(500, b"\0" + "é".encode() * 100_000).body == "é" * 1999
