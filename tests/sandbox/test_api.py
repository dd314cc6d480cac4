"""Every answer of the sandbox over real HTTP, against the vendor's page (upstream.md 1, 3, 4)."""

import re
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from studio.sandbox.music import Rendered, SongRequest
from studio.sandbox.profiles import PROFILES

from . import quick
from .caller import SONG, Caller
from .conftest import Start

UUID = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
CREATE = "/api/v1/producer/create"
MODELS = PROFILES["all"].models


def test_an_order_is_accepted(caller: Caller) -> None:
    reply = caller("POST", CREATE, SONG)
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "application/json"
    assert re.fullmatch(f'{{"message":"success","task_id":"{UUID}"}}', reply.body.decode())


def test_an_order_costs_ten_credits(caller: Caller) -> None:
    assert caller("GET", "/api/v1/get-credits").body == b'{"credits":10000,"extra_credits":0}'
    caller.submit()
    assert caller("GET", "/api/v1/get-credits").body == b'{"credits":9990,"extra_credits":0}'


def test_a_finished_task_has_the_item_of_the_page(caller: Caller) -> None:
    order = {
        "title": "Back to You",
        "lyrics": "[Verse 1]\nLate – night",
        "seed": "12345",
        "mv": "FUZZ-2.0 Pro",
    }
    answer = caller.end(caller.submit(sound=None, **order))
    clip_id = answer["data"][0].pop("clip_id")
    created_at = answer["data"][0].pop("created_at")
    assert re.fullmatch(UUID, clip_id)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", created_at)
    item = {
        **order,
        "sound": None,
        "audio_url": f"{caller.url}/media/{clip_id}.m4a",
        "wav_url": f"{caller.url}/media/{clip_id}-wav.wav",
        "image_url": f"{caller.url}/media/{clip_id}-img.jpg",
        "video_url": None,
        "duration": 2.0,
        "state": "succeeded",
        "lyrics_timestamped": '[{"word": "night", "start_s": 0.5, "end_s": 1.0}]',
    }
    assert answer == {"code": 200, "status": "SUCCESS", "message": "success", "data": [item]}


def test_defaults_of_a_bare_order(caller: Caller) -> None:
    item = caller.end(caller.submit())["data"][0]
    assert item["title"] == "Quick tone"
    assert item["mv"] == "FUZZ-2.0"
    assert item["lyrics"] == ""
    assert re.fullmatch("[0-9]+", item["seed"])


def test_text_travels_as_plain_utf_8(caller: Caller) -> None:
    task_id = caller.submit(title="Grün – 雨")
    caller.end(task_id)
    assert '"title":"Grün – 雨"'.encode() in caller.poll(task_id).body


def test_a_title_of_the_order_comes_before_one_of_the_composer(start: Start) -> None:
    def stubborn(request: SongRequest, folder: Path, name: str) -> Rendered:
        return replace(quick.compose(request, folder, name), title="Opus 1")

    caller = start(compose=stubborn)
    titles = [caller.end(caller.submit(title=title))["data"][0]["title"] for title in ("Mine", "")]
    assert titles == ["Mine", "Opus 1"]


def test_the_item_keeps_the_order_of_the_page(caller: Caller) -> None:
    names = list(caller.end(caller.submit())["data"][0])
    page = (
        "clip_id title sound lyrics audio_url wav_url image_url video_url duration mv seed state created_at"
    )
    assert names == [*page.split(), "lyrics_timestamped"]


def test_two_bare_orders_get_different_seeds(caller: Caller) -> None:
    seeds = {caller.end(caller.submit())["data"][0]["seed"] for _ in range(2)}
    assert len(seeds) == 2


def test_states_on_the_way(start: Start) -> None:
    go = threading.Event()

    def slow(*args: object) -> object:
        assert go.wait(20)
        return quick.compose(*args)

    caller = start(compose=slow)
    first, second = caller.submit(), caller.submit()
    running = caller.wait_for(first, "RUNNING")
    assert running == {"code": 200, "status": "RUNNING", "message": "task is still processing", "data": []}
    assert caller.status(second) == "PENDING"
    go.set()
    assert caller.end(second)["status"] == "SUCCESS"


def test_a_failed_task_says_so_and_is_refunded(start: Start) -> None:
    caller = start(failure_rate=1)
    task_id = caller.submit()
    assert caller.end(task_id) == {
        "code": 200,
        "status": "FAILED",
        "type": "failed",
        "message": "Task failed. Credits have been refunded.",
        "data": [],
    }
    assert caller.credits() == 10_000
    mine = [
        (entry["kind"], entry["amount"])
        for entry in caller.ledger()["entries"]
        if entry["task_id"] == task_id
    ]
    assert mine == [("charge", -10), ("refund", 10)]


def test_a_composer_that_raises_is_a_failed_task(start: Start, tmp_path: Path) -> None:
    def broken(request: object, folder: Path, name: str) -> None:
        (folder / f"{name}.m4a").write_bytes(b"half a song")
        raise RuntimeError("out of tune")

    caller = start(compose=broken)
    assert caller.end(caller.submit())["status"] == "FAILED"
    assert caller.credits() == 10_000
    assert not [path for path in tmp_path.rglob("*") if path.suffix in (".m4a", ".wav", ".jpg")]


@pytest.mark.parametrize(
    ("authorization", "error"),
    [
        (None, "Authorization header is missing"),
        ("Bearer", "Authorization header is malformed"),
        ("Basic dGVzdC1rZXk=", "Authorization header is malformed"),
        ("Bearer another-key", "Invalid API key"),
        ("Bearer tést-key", "Invalid API key"),
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", CREATE),
        ("GET", "/api/v1/producer/task/1"),
        ("GET", "/api/v1/get-credits"),
        ("GET", "/sandbox/ledger"),
        ("PUT", "/sandbox/knobs"),
    ],
)
def test_401(caller: Caller, method: str, path: str, authorization: str | None, error: str) -> None:
    caller.headers = {"Authorization": authorization} if authorization else {}
    reply = caller(method, path, SONG)
    assert reply.status == 401
    assert reply.json == {"type": "unauthorized", "error": error}


def test_400_moves_no_credit(caller: Caller) -> None:
    reply = caller("POST", CREATE, SONG | {"mv": "FUZZ-9"})
    assert reply.status == 400
    assert reply.json == {
        "type": "validation_error",
        "error": f"The 'mv' field is invalid. Allowed models: {', '.join(MODELS)}",
    }
    assert MODELS[0] == "FUZZ-3-Demo"
    assert caller.credits() == 10_000


def test_402_when_the_credits_are_used_up(start: Start) -> None:
    caller = start(credits=13)
    caller.submit()
    reply = caller("POST", CREATE, SONG)
    assert reply.status == 402
    assert reply.json == {
        "type": "insufficient_credits",
        "error": "Insufficient credits. Please purchase additional credits or subscribe to continue.",
        "remaining_credits": 3,
    }


@pytest.mark.parametrize(
    ("profile", "task_type"),
    [(name, task_type) for name, profile in PROFILES.items() for task_type in profile.retired],
)
def test_410_costs_nothing(start: Start, profile: str, task_type: str) -> None:
    caller = start(profile=profile)
    reply = caller("POST", CREATE, SONG | {"task_type": task_type})
    assert reply.status == 410
    assert reply.json["type"] == "endpoint_retired"
    assert caller.credits() == 10_000


def test_429_while_all_places_are_taken(start: Start) -> None:
    caller = start(capacity=2, latency_s=60)
    caller.submit()
    caller.submit()
    reply = caller("POST", CREATE, SONG)
    assert reply.status == 429
    assert reply.json == {
        "type": "rate_limited",
        "error": "Too many concurrent tasks. Retry after a short wait.",
    }
    assert caller.credits() == 9_980


def test_an_ended_task_frees_its_place(start: Start) -> None:
    caller = start(capacity=1)
    caller.end(caller.submit())
    assert caller.end(caller.submit())["status"] == "SUCCESS"


def test_orders_at_the_same_moment_get_the_last_place_once(start: Start) -> None:
    caller = start(capacity=3, latency_s=60)
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda: statuses.append(caller("POST", CREATE, SONG).status))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 3 + [429] * 17
    assert len(caller.ledger()["tasks"]) == 3
    assert caller.credits() == 9_970


def test_404_for_an_unknown_task(caller: Caller) -> None:
    reply = caller.poll("6d7253ac-916e-49a8-b288-91ffa7f8a8cd")
    assert reply.status == 404
    assert reply.json == {"type": "not_found", "error": "task not found"}


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/v1/sonic/create"), ("GET", CREATE), ("PUT", CREATE)]
)
def test_404_for_an_unknown_endpoint(caller: Caller, method: str, path: str) -> None:
    assert caller(method, path).status == 404


def test_500_without_a_word_about_the_cause(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("studio.sandbox.api.Api._accept", broken)
    reply = caller("POST", CREATE, SONG)
    assert reply.status == 500
    assert reply.json == {"type": "internal_error", "error": "Internal Server Error"}


def test_the_ledger_tells_everything(start: Start) -> None:
    caller = start(failure_rate=0.5)
    good, bad = caller.submit(), caller.submit()
    ends = [caller.end(task_id)["status"] for task_id in (good, bad)]
    ledger = caller.ledger()
    assert ends == ["SUCCESS", "FAILED"]
    assert [(task["task_id"], task["state"]) for task in ledger["tasks"]] == [
        (good, "SUCCESS"),
        (bad, "FAILED"),
    ]
    assert sum(entry["amount"] for entry in ledger["entries"]) == ledger["balance"] == 9_990


def test_media_addresses_follow_the_name_that_the_client_uses(caller: Caller) -> None:
    task_id = caller.submit()
    caller.end(task_id)
    item = caller("GET", f"/api/v1/producer/task/{task_id}", Host="sandbox:8100").json["data"][0]
    assert item["audio_url"].startswith("http://sandbox:8100/media/")


def test_a_host_that_is_no_host_is_not_echoed(caller: Caller) -> None:
    task_id = caller.submit()
    caller.end(task_id)
    item = caller("GET", f"/api/v1/producer/task/{task_id}", Host="a/b@c").json["data"][0]
    assert item["audio_url"].startswith(f"{caller.url}/media/")
