"""Every example that the providers' own pages show is a fixture here, and is read as what it means."""

import pytest

from studio.music_api import decode
from studio.music_api.client import Answer
from studio.music_api.errors import (
    Ambiguous,
    KeyRefused,
    MusicApiError,
    NeedsAttention,
    OutOfCredits,
    RateLimited,
    Rejected,
)
from studio.music_api.operations import KNOWN
from studio.music_api.providers import PROVIDERS, request_body, validate
from studio.music_api.types import Accepted, Balance, Delivery, PollState
from studio.music_api.useapi import error_answer
from tests.contract.golden import FIXTURES, golden, golden_json

# provider and operation
REQUESTS = {
    "create_request": ("aimusicapi", "create_music"),
    "extend_request_musicapi": ("musicapi", "extend_music"),
    "download_request_musicapi": ("musicapi", "download"),
}
ACCEPTED = {
    "create_accepted": "6d7253ac-916e-49a8-b288-91ffa7f8a8cd",
    "create_accepted_with_code": "d8b553d0-cb53-442d-aae8-bba319ab5d65",
    "make_lyrics_accepted": "f1a3c2d5-7e89-4b21-9a4f-0d6b3c8e1f12",
    "video_clip_accepted": "9329c1ad-c5b2-4d41-a3b6-842d7c2674b1",
    "upload_accepted": "29906f02-2366-4218-b25a-41458e1d60e0",
    "download_accepted": "84a02e4c-1f7d-4a9b-bf30-12c6e8a3d7f1",
    "download_accepted_musicapi": "29906f02-2366-4218-b25a-41458e1d60e0",
    "extend_accepted_musicapi": "29906f02-2366-4218-b25a-41458e1d60e0",
}
# operation, and the state that is told by HTTP 200 unless another status is named
POLLS = {
    "create_music_success": ("create_music", PollState.SUCCESS, 200),
    "make_lyrics_success": ("make_lyrics", PollState.SUCCESS, 200),
    "video_clip_success": ("video_clip", PollState.SUCCESS, 200),
    "upload_success": ("upload", PollState.SUCCESS, 200),
    "download_success": ("download", PollState.SUCCESS, 200),
    "older_success": ("create_music", PollState.SUCCESS, 200),
    "success_without_audio": ("create_music", PollState.RUNNING, 200),
    "running": ("create_music", PollState.RUNNING, 200),
    "older_not_ready": ("create_music", PollState.RUNNING, 202),
    "failed": ("create_music", PollState.FAILED, 200),
    "older_timed_out": ("create_music", PollState.FAILED, 504),
}
ERRORS = {
    "error_400": Rejected,
    "error_401": KeyRefused,
    "error_402": OutOfCredits,
    "error_429": RateLimited,
    "error_500": Ambiguous,
    "error_502": Ambiguous,
}
USEAPI = {
    "useapi_error_400": (400, Rejected),
    "useapi_error_401": (401, NeedsAttention),
    "useapi_error_596": (596, NeedsAttention),
    "useapi_moderated": (422, Rejected),
}
DELIVERIES = {
    "webhook_completed": ("song.completed", False),
    "webhook_producer": ("song.completed", False),
    "webhook_suno": ("song.completed", False),
    "webhook_nuro": ("song.completed", False),
    "webhook_streaming": ("song.streaming", False),
    "webhook_failed": ("song.failed", True),
    "webhook_nuro_failed": ("song.failed", True),
}


def test_every_fixture_is_decoded_here() -> None:
    tables = (REQUESTS, ACCEPTED, POLLS, ERRORS, USEAPI, DELIVERIES, {"balance": None})
    names = [name for table in tables for name in table]
    assert sorted(names) == sorted(path.stem for path in FIXTURES.iterdir())


@pytest.mark.parametrize("name", REQUESTS)
def test_an_order_goes_out_as_the_page_shows_it(name: str) -> None:
    provider, operation = PROVIDERS[REQUESTS[name][0]], REQUESTS[name][1]
    order = provider.operation(operation)
    assert validate(order, provider.model_names, golden_json(name)) == {}
    assert request_body(order, golden_json(name)) == golden_json(name)


@pytest.mark.parametrize("name", ACCEPTED)
def test_an_accepted_order(name: str) -> None:
    assert decode.submit_answer(200, {}, golden(name)) == Accepted(ACCEPTED[name])


@pytest.mark.parametrize("name", POLLS)
def test_a_poll(name: str) -> None:
    operation, state, status = POLLS[name]
    offer = KNOWN[operation]
    result = decode.poll_answer(status, {}, golden(name), offer.needs, stateless=offer.stateless)
    assert result.state is state
    data = golden_json(name).get("data", [])
    assert len(result.items) == len(data)
    for item, shown in zip(result.items, data, strict=True):
        told = {"model" if key == "mv" else key: value for key, value in shown.items() if key != "state"}
        told |= {"duration": float(told["duration"])} if "duration" in told else {}
        assert {key: getattr(item, key) for key in told} == told


def test_a_success_without_audio_is_none_yet() -> None:
    needs = KNOWN["create_music"].needs
    result = decode.poll_answer(200, {}, golden("success_without_audio"), needs)
    assert result.unknown_status == "success without audio_url"


@pytest.mark.parametrize("name", ERRORS)
def test_an_error(name: str) -> None:
    error = decode.error_answer(int(name[-3:]), {}, golden(name))
    shown = golden_json(name)
    assert (type(error), error.message, error.kind) == (ERRORS[name], shown["error"], shown["type"])
    if isinstance(error, OutOfCredits):
        assert error.remaining == shown["remaining_credits"] == 3


@pytest.mark.parametrize("name", USEAPI)
def test_an_error_of_useapi(name: str) -> None:
    status, kind = USEAPI[name]
    error: MusicApiError = error_answer(Answer(status, {}, golden(name)))
    assert (type(error), error.status, error.body) == (kind, status, golden(name).decode())
    assert kind is NeedsAttention or error.message == golden_json(name).get("error", f"HTTP {status}")


@pytest.mark.parametrize("name", DELIVERIES)
def test_a_delivery(name: str) -> None:
    event, failed = DELIVERIES[name]
    assert decode.delivery_body(golden(name)) == Delivery("t1", event, failed)


def test_the_balance() -> None:
    assert decode.balance_answer(200, {}, golden("balance")) == Balance(credits=50, extra_credits=0)
