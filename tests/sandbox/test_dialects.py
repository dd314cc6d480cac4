"""Polls as the older API answered them (upstream.md 1.6, P1)."""

import threading
from typing import Any

import pytest

from . import quick
from .caller import Caller, wait_until
from .conftest import Start

NOT_READY = {"code": 202, "type": "not_ready", "error": "task is not ready"}


def end(caller: Caller, task_id: str) -> Any:
    """The first poll that is not "not ready"."""
    wait_until(lambda: caller.poll(task_id).status != 202)
    return caller.poll(task_id)


def test_a_task_is_not_ready_until_it_is_done(start: Start) -> None:
    go = threading.Event()

    def slow(*arguments: Any) -> Any:
        assert go.wait(20)
        return quick.compose(*arguments)

    caller = start(compose=slow, dialect="p1")
    running, waiting = caller.submit(), caller.submit()
    wait_until(lambda: caller.ledger()["tasks"][0]["state"] == "RUNNING")
    for task_id in (running, waiting):
        reply = caller.poll(task_id)
        assert (reply.status, reply.json) == (202, NOT_READY)
    go.set()
    assert end(caller, waiting).status == 200


def test_a_finished_song_has_no_status_but_a_state(start: Start) -> None:
    caller = start(dialect="p1")
    task_id = caller.submit(title="Mine")
    reply = end(caller, task_id)
    assert list(reply.json) == ["code", "data", "message"]
    assert (reply.status, reply.json["code"], reply.json["message"]) == (200, 200, "success")
    (item,) = reply.json["data"]
    names = "clip_id title sound lyrics image_url audio_url video_url created_at mv seed duration state"
    assert list(item) == names.split()
    assert (item["title"], item["state"]) == ("Mine", "succeeded")
    caller.turn(dialect="p2")
    newer = caller.poll(task_id).json["data"][0]
    assert item == {name: value for name, value in newer.items() if name in names.split()}


def test_a_failed_task_is_a_504_that_tells_of_the_refund(start: Start) -> None:
    caller = start(dialect="p1", failure_rate=1)
    reply = end(caller, caller.submit())
    assert reply.status == 504
    assert reply.json == {
        "code": 504,
        "type": "failed",
        "error": "Task failed. Credits have been refunded.",
    }
    assert caller.credits() == 10_000


@pytest.mark.parametrize(
    ("path", "fields", "names"),
    [
        ("lyrics-create", {"prompt": "x"}, {"lyrics_id", "lyrics", "title", "sound"}),
        ("video-clip", {}, {"clip_id", "title", "audio_url", "video_url", "image_url", "duration"}),
        ("download", {"format": "mp3"}, {"clip_id", "format", "audio_url"}),
    ],
)
def test_every_item_has_a_state(start: Start, path: str, fields: dict[str, Any], names: set[str]) -> None:
    caller = start(dialect="p1")
    clip_id = end(caller, caller.submit()).json["data"][0]["clip_id"]
    reply = end(caller, caller.order(path, clip_id=clip_id, **fields).json["task_id"])
    (item,) = reply.json["data"]
    assert set(item) == names | {"created_at", "state"}
    assert item["state"] == "succeeded"


def test_an_unknown_task_is_not_found_in_both(start: Start) -> None:
    assert start(dialect="p1").poll("6d7253ac-916e-49a8-b288-91ffa7f8a8cd").status == 404
