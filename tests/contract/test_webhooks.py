"""What the sandbox delivers is what our own verification and decoder take."""

import time
from collections.abc import Callable

import pytest

from studio.music_api import decode, webhooks
from studio.music_api.types import Delivery, Item
from tests.contract.conftest import SONG, Host
from tests.contract.test_operations import params
from tests.sandbox.receiver import SECRET, Receiver


def delivered(host: Host, operation: str, given: dict[str, object], secret: str) -> tuple[str, Delivery]:
    """The task's id, and what came for it once its signature was found good."""
    with Receiver() as receiver:
        hook = {"webhook_url": receiver.url, "webhook_secret": SECRET}
        task_id = host.client.submit(operation, given, **hook).task_id
        arrival = receiver.next()
    headers = dict(arrival.headers.items())
    webhooks.verify(secret, headers, arrival.body, now=time.time())
    return task_id, decode.delivery_body(arrival.body, headers)


@pytest.mark.parametrize("operation", ["create_music", "upload", "download"])
def test_a_song_that_is_ready_is_announced(host: Host, song: Item, operation: str) -> None:
    task_id, delivery = delivered(host, operation, params(operation, song), SECRET)
    assert (delivery.task_id, delivery.event, delivery.failed) == (task_id, "song.completed", False)
    assert delivery.webhook_id


def test_a_song_that_failed_is_announced(host: Host, knobs: Callable[..., None]) -> None:
    knobs(failure_rate=1.0)
    task_id, delivery = delivered(host, "create_music", SONG, SECRET)
    assert (delivery.task_id, delivery.event, delivery.failed) == (task_id, "song.failed", True)


def test_another_secret_does_not_open_it(host: Host) -> None:
    with pytest.raises(webhooks.BadSignature):
        delivered(host, "create_music", SONG, "another")
