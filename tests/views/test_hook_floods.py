"""Webhooks by the thousand: whatever is forged or mutated is refused, and never by an error of ours."""

import json
import time
from collections import Counter
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from studio.models import Attempt, WebhookDelivery
from studio.music_api import decode, webhooks
from studio.music_api.errors import BadDelivery
from studio.music_api.webhooks import signature
from studio.services import hooks
from studio.views.hooks import hook
from tests.conftest import Order
from tests.factories import accepted, again

BODY = b'{"event":"music.completed","task_id":"up-1"}'
STRANGER = "x" * 43
TIME, SIGNED = "X-Webhook-Timestamp", "X-Webhook-Signature"
COUNT, ASKED = 10_000, 1_000
ODD = [
    *("", "0", "-1", "nan", "1e9", "0x6955b900", "9" * 400, "\u0661" * 10, "\u00b2" * 10, " 1767225600 "),
    *(
        "sha256=",
        "sha256=\u00e9",
        "sha256=\ud800",
        "sha1=" + "0" * 40,
        "sha256=" + "0" * 64,
        "\0",
        "a\r\nb: c",
    ),
]
ODD_TIMES = ["9" * 400, "9" * 5000, "\u0661" * 10, "\u00b2" * 10, "-767225600", "1.7672e+9", "", "nan"]
NO_NEWS = [  # nothing in them is an id, so that not even a good signature makes them welcome
    *(b"", b"{", b"{}", b"[]", b"null", b"7", b'"up-1"', b"\xff\xfe", b"\0" * 50, b'{"task_id": 7}'),
    *(
        b'{"task_id": null}',
        b'{"task_id": ""}',
        b'{"task_id": "a", "task_id": "b"}',
        b'{"task_id": ["up-1"]}',
    ),
    *(b"[" * 20_000, b'{"a":' * 20_000, b'{"task_id": NaN}', b'{"task_id": "\\ud800"}', b'{"data": "up-1"}'),
    *(b'{"task_id": "../../credits"}', b'{"task_id": "a b"}', b'{"task_id": "%s"}' % (b"a" * 4000)),
]


@pytest.fixture
def attempt(order: Order) -> Attempt:
    return accepted(order()[0], "up-1")


def good(attempt: Attempt, body: bytes = BODY, age: int = 0) -> dict[str, str]:
    timestamp = str(int(time.time()) - age)
    return {TIME: timestamp, SIGNED: signature(hooks.hook_secret(attempt), timestamp, body)}


def send(token: str, headers: dict[str, str], body: bytes) -> HttpResponse:
    path = "/hooks/x/"
    return hook(RequestFactory().post(path, body, content_type="application/json", headers=headers), token)


def flips(data: bytes) -> list[bytes]:
    """The same with one bit changed, at every place."""
    return [data[:at] + bytes([byte ^ 1]) + data[at + 1 :] for at, byte in enumerate(data)]


@pytest.mark.parametrize("part", ["body", TIME, SIGNED])
def test_one_changed_byte_is_refused_wherever_it_is(attempt: Attempt, part: str) -> None:
    headers = good(attempt)
    if part == "body":
        answers = [send(attempt.token, headers, body) for body in flips(BODY)]
    else:
        changed = [value.decode("latin-1") for value in flips(headers[part].encode())]
        answers = [send(attempt.token, {**headers, part: value}, BODY) for value in changed]
    assert {answer.status_code for answer in answers} == {401}
    assert not WebhookDelivery.objects.exists()
    assert send(attempt.token, headers, BODY).status_code == 200  # the control


def hostile(random: Random, attempt: Attempt) -> tuple[str, dict[str, str], bytes]:
    """One delivery with something wrong with it: its address, its headers, its body, or all of them."""
    token = (
        attempt.token if random.random() < 0.9 else random.choice([STRANGER, "", "\0", attempt.token[:-1]])
    )
    body = random.choice([*NO_NEWS, random.randbytes(random.randrange(60))])
    headers = good(attempt, body, age=random.choice([0, 0, 0, 301, -301, 10**6]))
    if random.random() < 0.1:  # by somebody who has the secret
        headers[TIME] = random.choice(ODD_TIMES)
        headers[SIGNED] = signature(hooks.hook_secret(attempt), headers[TIME], body)
    elif random.random() < 0.6:
        name = random.choice([TIME, SIGNED])
        junk = "".join(chr(random.randrange(0x300)) for _ in range(random.randrange(20)))
        headers[name] = random.choice(
            [*ODD, junk, headers[name][:-1], headers[name] + "0", headers[name].upper()]
        )
    if random.random() < 0.1:
        del headers[random.choice(list(headers))]
    if random.random() < 0.05:
        headers["Content-Length"] = random.choice([*ODD, str(hooks.MAX_BODY + 1), "9" * 30])
    return token, headers, body


def test_a_thousand_hostile_deliveries_change_nothing(attempt: Attempt) -> None:
    random, task = Random(1), again(attempt.task)
    seen = Counter(send(*hostile(random, attempt)).status_code for _ in range(ASKED))
    assert set(seen) == {400, 401, 404, 413}
    assert min(seen.values()) > ASKED // 100  # each way to refuse was taken
    assert not WebhookDelivery.objects.exists()
    assert (again(task).poll_after, again(attempt).hinted_id) == (task.poll_after, "")


def test_ten_thousand_hostile_deliveries_are_refused_by_name(attempt: Attempt) -> None:
    """As above without a database, so that it may be many more."""
    random, secret, seen = Random(2), hooks.hook_secret(attempt), Counter[str]()
    for _ in range(COUNT):
        _, headers, body = hostile(random, attempt)
        try:
            webhooks.verify(secret, headers, body, now=time.time())
            decode.delivery_body(body)
        except BadDelivery as error:
            seen[type(error).__name__] += 1
    assert sum(seen.values()) == COUNT
    assert set(seen) == {"BadDelivery", "BadSignature", "Stale"}


def test_a_body_of_five_megabytes_is_not_read(attempt: Attempt) -> None:
    body = json.dumps({"task_id": "up-1", "pad": "x" * 5_000_000}).encode()
    assert send(attempt.token, good(attempt, body), body).status_code == 413


def test_the_time_it_takes_does_not_tell_whose_token_is_known(
    attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[Any] = []
    real = webhooks.verify
    monkeypatch.setattr(
        webhooks, "verify", lambda *given, **more: (checked.append(given), real(*given, **more))
    )

    def work(token: str, headers: dict[str, str]) -> tuple[int, int]:
        checked.clear()
        with CaptureQueriesContext(connection) as queries:
            send(token, headers, BODY)
        return len(queries), len(checked)

    forged = {**good(attempt), SIGNED: "sha256=" + "0" * 64}
    known = work(attempt.token, forged)
    assert known == work(STRANGER, forged) == work(STRANGER, good(attempt))
    assert known in ((1, 1), (2, 1))  # PostgreSQL is asked for the time as well


def test_a_stranger_gets_no_page(attempt: Attempt) -> None:
    """It would cost more than all the rest, and nobody reads it."""
    answer = send(STRANGER, good(attempt), BODY)
    assert (answer.status_code, answer.content) == (404, b"")


def test_a_token_that_is_not_known_opens_nothing_even_to_who_signs_as_we_would(attempt: Attempt) -> None:
    nobody = Attempt(pk=0, token=STRANGER)
    assert send(STRANGER, good(nobody), BODY).status_code == 404
    assert not WebhookDelivery.objects.exists()
