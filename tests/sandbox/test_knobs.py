import pytest

from .caller import Caller
from .conftest import Start
from .receiver import Receiver


def test_failures_are_spread_evenly(start: Start) -> None:
    caller = start(failure_rate=0.25, capacity=100)
    ends = [caller.end(caller.submit())["status"] for _ in range(12)]
    assert [number for number, end in enumerate(ends, 1) if end == "FAILED"] == [4, 8, 12]


def test_the_first_poll_can_speak_the_older_dialect(start: Start) -> None:
    caller = start(first_answer="202")
    task_id = caller.submit()
    first = caller.poll(task_id)
    assert first.status == 202
    assert first.json["type"] == "not_ready"
    assert caller.poll(task_id).status == 200


def test_a_task_does_not_end_before_the_latency(start: Start) -> None:
    caller = start(latency_s=0.5)
    task_id = caller.submit()
    caller.end(task_id)
    (task,) = caller.ledger()["tasks"]
    assert task["ended_at"] - task["accepted_at"] >= 0.5


def test_knobs_turn_while_the_sandbox_runs(caller: Caller) -> None:
    reply = caller.turn(failure_rate=1, capacity=5)
    assert reply.status == 200
    assert reply.json == {
        "latency_s": 0.0,
        "failure_rate": 1,
        "capacity": 5,
        "credits": 10_000,
        "webhooks": True,
        "first_answer": "200",
        "profile": "all",
        "dialect": "p2",
        "accounts": 1,
        "needs_attention": False,
    }
    assert caller.end(caller.submit())["status"] == "FAILED"


@pytest.mark.parametrize(
    "knobs",
    [
        {"failure_rate": 1.5},
        {"failure_rate": "1"},
        {"latency_s": -1},
        {"capacity": 2.5},
        {"capacity": True},
        {"webhooks": 1},
        {"first_answer": "418"},
        {"profile": "sunoapi"},
        {"dialect": "P1"},
        {"accounts": 0},
        {"needs_attention": "yes"},
        {"credits": 5},
        {"colour": "red"},
        {"\ud800": 1},
    ],
)
def test_a_bad_knob_changes_nothing(caller: Caller, knobs: dict[str, object]) -> None:
    before = caller.turn().json
    reply = caller.turn(**{"capacity": 3} | knobs)
    assert reply.status == 400
    assert reply.json["type"] == "validation_error"
    assert caller.turn().json == before


def test_webhooks_can_be_off(start: Start, receiver: Receiver) -> None:
    caller = start(webhooks=False)
    caller.end(caller.submit(webhook_url=receiver.url))
    caller.turn(webhooks=True)
    task_id = caller.submit(webhook_url=receiver.url)
    assert receiver.next().json["task_id"] == task_id
