"""Deliveries to a real receiver, judged by its own HMAC (upstream.md 2)."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.sandbox.knobs import Knobs
from studio.sandbox.orders import MakeLyrics
from studio.sandbox.store import Store
from studio.sandbox.types import Product
from studio.sandbox.webhooks import PAUSES_S, Courier, signature

from .caller import Caller
from .conftest import Start
from .receiver import SECRET, Receiver

ITEM = "clip_id, title, sound, lyrics, image_url, audio_url, video_url, created_at, mv, seed, duration, state"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "s.sqlite3", credits=100, now=0)
    yield store
    store.close()


@pytest.fixture
def courier(store: Store) -> Courier:
    return Courier(store, "http://sandbox.test")


def put_in_outbox(store: Store, url: str, secret: str = SECRET) -> None:
    """A finished task whose webhook is due at time 0."""
    order = MakeLyrics(prompt="x", seed="7", webhook_url=url, webhook_secret=secret)
    task_id = store.accept(order, Knobs(), 0)
    store.start_next()
    store.set_outcome(task_id, Product({"lyrics_id": "lyr_1"}))
    store.end_due(0, webhooks=True)


def test_the_vector_that_openssl_agrees_with() -> None:
    body = '{"code":200,"data":[{"clip_id":"c1","state":"succeeded","title":"é"}],"message":"success",'
    body += '"task_id":"t1","platform":"producer","event":"song.completed"}'
    expected = "sha256=b84952b3af1eee8f620035ac543a2c5a239b59f41659be03d97c1d62360a46b7"
    assert signature("whsec_test_123", "1767225600", body.encode()) == expected


def test_a_finished_song_is_announced(caller: Caller, receiver: Receiver) -> None:
    task_id = caller.submit(title="Grün", webhook_url=receiver.url, webhook_secret=SECRET)
    arrival = receiver.next()
    assert arrival.path == "/hooks/a-token?x=1"
    assert arrival.is_signed_with(SECRET)
    done = caller.poll(task_id).json["data"][0]
    names = re.findall(r"\w+", ITEM)
    assert list(arrival.json) == ["code", "data", "message", "task_id", "platform", "event"]
    assert list(arrival.json["data"][0]) == names
    assert arrival.json == {
        "code": 200,
        "data": [{name: done[name] for name in names}],
        "message": "success",
        "task_id": task_id,
        "platform": "producer",
        "event": "song.completed",
    }


def test_the_headers_of_a_delivery(caller: Caller, receiver: Receiver) -> None:
    before = int(time.time())
    caller.submit(webhook_url=receiver.url, webhook_secret=SECRET)
    headers = receiver.next().headers
    assert headers["Content-Type"] == "application/json"
    assert re.fullmatch("[0-9a-f-]{36}", headers["X-Webhook-Id"])
    assert headers["Idempotency-Key"] == headers["X-Webhook-Id"]
    assert headers["X-Webhook-Event"] == "song.completed"
    assert before <= int(headers["X-Webhook-Timestamp"]) <= time.time()


def test_a_failed_song_is_announced(start: Start, receiver: Receiver) -> None:
    task_id = start(failure_rate=1).submit(webhook_url=receiver.url, webhook_secret=SECRET)
    arrival = receiver.next()
    assert arrival.is_signed_with(SECRET)
    assert arrival.headers["X-Webhook-Event"] == "song.failed"
    assert arrival.json == {
        "task_id": task_id,
        "platform": "producer",
        "event": "song.failed",
        "type": "failed",
        "message": "Task failed. Credits have been refunded.",
        "refund_processed": True,
    }


def test_the_song_is_there_when_its_webhook_arrives(caller: Caller, receiver: Receiver) -> None:
    task_id = caller.submit(webhook_url=receiver.url)
    receiver.next()
    assert caller.status(task_id) == "SUCCESS"


def test_a_task_without_a_secret_is_signed_with_one_that_nobody_knows(store: Store, courier: Courier) -> None:
    with Receiver() as receiver:
        put_in_outbox(store, receiver.url, secret="")
        courier.step(0)
        arrival = receiver.next()
    assert re.fullmatch("sha256=[0-9a-f]{64}", arrival.headers["X-Webhook-Signature"])
    assert not arrival.is_signed_with("")


@pytest.mark.parametrize("status", [500, 404, 302])
def test_a_refused_delivery_is_tried_again_later(store: Store, courier: Courier, status: int) -> None:
    with Receiver(status) as receiver:
        put_in_outbox(store, receiver.url)
        assert courier.step(0)
        assert not courier.step(PAUSES_S[0] - 0.1)
        assert courier.step(PAUSES_S[0])
        first, second = receiver.next(), receiver.next()
        assert receiver.is_quiet  # the redirect was not followed
    assert second.headers["X-Webhook-Id"] == first.headers["X-Webhook-Id"]
    assert second.body == first.body
    assert not courier.step(1e9)


def test_it_gives_up_in_the_end(store: Store, courier: Courier) -> None:
    with Receiver(*[500] * 9) as receiver:
        put_in_outbox(store, receiver.url)
        tries = 0
        while courier.step(1e6 * tries):
            tries += 1
    assert tries == len(PAUSES_S) + 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "https://a..b/", "https://127.0.0.1:1/x"])
def test_an_address_that_can_not_be_reached_is_tried_again(store: Store, courier: Courier, url: str) -> None:
    put_in_outbox(store, url)
    assert courier.step(0)
    assert courier.step(PAUSES_S[0])


def test_a_delivery_that_a_crash_cut_off_is_repeated(tmp_path: Path, receiver: Receiver) -> None:
    store = Store(tmp_path / "s.sqlite3", credits=100, now=0)
    put_in_outbox(store, receiver.url)
    assert store.start_delivery(0, PAUSES_S)  # taken, and then the process is gone
    store.close()
    store = Store(tmp_path / "s.sqlite3", credits=100, now=0)
    assert Courier(store, "http://sandbox.test").step(PAUSES_S[0])
    store.close()
    assert receiver.next().is_signed_with(SECRET)


def test_a_task_without_an_address_is_not_announced(store: Store, courier: Courier) -> None:
    put_in_outbox(store, "")
    assert not courier.step(1e9)
