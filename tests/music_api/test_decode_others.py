import json
from dataclasses import astuple

import pytest

from studio.music_api.decode import balance_answer, delivery_body
from studio.music_api.errors import BadDelivery, KeyRefused, MusicApiError, Unavailable
from studio.music_api.types import Balance, Delivery
from tests.music_api.conftest import golden


def test_the_balance() -> None:
    balance = balance_answer(200, {}, golden("balance"))
    assert balance == Balance(credits=50, extra_credits=0)
    assert Balance(50, 7).total == 57
    assert Balance(50, 7).as_dict() == {"credits": 50, "extra_credits": 7}


def test_a_balance_may_be_written_with_a_point_and_may_be_overdrawn() -> None:
    assert astuple(balance_answer(200, {}, b'{"credits":50.0,"extra_credits":-3}')) == (50, -3)


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        (b"{}", "credits and extra_credits"),
        (b"<html>", "credits and extra_credits"),
        (b'{"credits":50}', "extra_credits"),
        (b'{"credits":null,"extra_credits":0}', "credits"),
        (b'{"credits":"50","extra_credits":0}', "credits"),
        (b'{"credits":true,"extra_credits":0}', "credits"),
        (b'{"credits":0.5,"extra_credits":0}', "credits"),
        (b'{"credits":NaN,"extra_credits":0}', "credits"),
        (b'{"credits":2147483648,"extra_credits":0}', "credits"),
        (b'{"credits":1,"credits":2,"extra_credits":0}', "credits"),
    ],
)
def test_half_a_balance_is_none(body: bytes, missing: str) -> None:
    with pytest.raises(Unavailable, match=f"^A balance without {missing}.$"):
        balance_answer(200, {}, body)


@pytest.mark.parametrize(("status", "error"), [(401, KeyRefused), (404, Unavailable), (502, Unavailable)])
def test_a_balance_that_is_refused(status: int, error: type[MusicApiError]) -> None:
    with pytest.raises(error):
        balance_answer(status, {}, b"")


# Deliveries


@pytest.mark.parametrize(
    ("name", "event", "failed"),
    [
        ("webhook_completed", "song.completed", False),
        ("webhook_streaming", "song.streaming", False),
        ("webhook_nuro", "song.completed", False),
        ("webhook_failed", "song.failed", True),
    ],
)
def test_the_vendors_deliveries(name: str, event: str, failed: bool) -> None:
    assert delivery_body(golden(name)) == Delivery("t1", event, failed)


@pytest.mark.parametrize(
    ("body", "failed"),
    [
        ({"event": "task.failed"}, True),
        ({"type": "failed"}, True),
        ({"code": 500}, True),
        ({"code": None}, False),
        ({"event": 7}, False),
        ({}, False),
    ],
)
def test_a_delivery_of_a_failure(body: dict[str, object], failed: bool) -> None:
    assert delivery_body(json.dumps({"task_id": "t1", **body}).encode()).failed is failed


def test_a_delivery_has_the_id_of_its_header() -> None:
    delivery = delivery_body(golden("webhook_completed"), {"x-webhook-id": "evt\0_1"})
    assert delivery.as_dict() == {
        "task_id": "t1",
        "event": "song.completed",
        "failed": False,
        "webhook_id": "evt_1",
    }


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"task_id":7}', b'{"task_id":"a b"}', b"[" * 100_000])
def test_a_delivery_without_a_task_is_none(body: bytes) -> None:
    with pytest.raises(BadDelivery, match="without a readable task_id"):
        delivery_body(body)
