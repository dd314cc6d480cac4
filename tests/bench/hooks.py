"""A flood of forged webhooks at the real web server: `python -m tests.bench.hooks [how many]`."""

import hashlib
import hmac
import json
import os
import secrets
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from tests.bench.figures import figure, percentile
from tests.bench.polls import SEED
from tests.running import RunningStudio, drop_database, postgres_url
from tests.visitor import owner_of

COUNT = 100_000
CONNECTIONS = 4
ATTEMPTS = 20
KNOWN = (
    "[(a.token, __import__('studio.services.hooks', fromlist=['hooks']).hook_secret(a))"
    " for a in Attempt.objects.all()]"
)
BODY = json.dumps(
    {"event": "song.completed", "task_id": "bench-1", "data": [{"clip_id": "c" * 200}]}
).encode()


@dataclass
class Delivery:
    """One POST. A forger changes it before it is written to the wire."""

    token: str
    secret: str
    body: bytes = BODY
    age: int = 0
    changes: dict[str, str] = field(default_factory=dict)

    def wire(self) -> bytes:
        timestamp = str(int(time.time()) - self.age)
        signed = hmac.new(self.secret.encode(), timestamp.encode() + b"." + self.body, hashlib.sha256)
        headers = {
            "Host": "127.0.0.1",
            "Content-Type": "application/json",
            "Content-Length": str(len(self.body)),
            "X-Webhook-Timestamp": timestamp,
            "X-Webhook-Signature": "sha256=" + signed.hexdigest(),
            **self.changes,
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"POST /hooks/{self.token}/ HTTP/1.1\r\n{lines}\r\n".encode() + self.body


def flip(data: bytes, random: Random) -> bytes:
    place = random.randrange(len(data))
    return data[:place] + bytes([data[place] ^ (1 << random.randrange(8))]) + data[place + 1 :]


def changed_body(good: Delivery, random: Random) -> bytes:
    head, _, body = good.wire().partition(b"\r\n\r\n")
    return head + b"\r\n\r\n" + flip(body, random)


def changed_signature(good: Delivery, random: Random) -> bytes:
    head, mark, rest = good.wire().partition(b"sha256=")
    place = random.randrange(64)
    other = b"0" if rest[place : place + 1] != b"0" else b"f"
    return head + mark + rest[:place] + other + rest[place + 1 :]


def changed_time(good: Delivery, random: Random) -> bytes:
    head, mark, rest = good.wire().partition(b"X-Webhook-Timestamp: ")
    place = random.randrange(5, 10)
    return head + mark + rest[:place] + str((rest[place] - 47) % 10).encode() + rest[place + 1 :]


def other_secret(good: Delivery, random: Random) -> bytes:
    good.secret = random.randbytes(32).hex()
    return good.wire()


def unknown_token(good: Delivery, random: Random) -> bytes:
    good.token = secrets.token_urlsafe(32)
    return good.wire()


def stale(good: Delivery, random: Random) -> bytes:
    good.age = random.choice((-1, 1)) * random.randrange(310, 10**6)
    return good.wire()


def unsigned(good: Delivery, random: Random) -> bytes:
    older = hmac.new(good.secret.encode(), good.body, hashlib.sha256).hexdigest()
    good.changes = {"X-Webhook-Signature": "", "X-Signature": older}
    return good.wire()


def odd_header(good: Delivery, random: Random) -> bytes:
    name = random.choice(("X-Webhook-Signature", "X-Webhook-Timestamp"))
    good.changes = {name: random.choice(("9" * 400, "\u0661" * 10, "sha256=\u00e9", "0" * 64, "-1", "{}"))}
    return good.wire()


def no_task(good: Delivery, random: Random) -> bytes:
    """As if somebody had the secret, but nothing to say."""
    good.body = random.choice((b"[" * 20_000, b"{}", b"\xff" * 100, b'{"task_id": 7}', b"[]"))
    return good.wire()


FORGERIES: list[Callable[[Delivery, Random], bytes]] = [
    *(changed_body, changed_signature, changed_time, other_secret, unknown_token),
    *(stale, unsigned, odd_header, no_task),
]


class Caller:
    """One kept-alive connection, and what was answered on it."""

    def __init__(self, url: str) -> None:
        self.connection = socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=30)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answers = self.connection.makefile("rb")
        self.statuses: Counter[int] = Counter()
        self.times: list[float] = []

    def send(self, request: bytes) -> int:
        start = time.perf_counter()
        self.connection.sendall(request)
        status = int(self.answers.readline().split()[1])
        length = 0
        while line := self.answers.readline().rstrip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        self.answers.read(length)
        self.times.append((time.perf_counter() - start) * 1000)
        self.statuses[status] += 1
        return status

    def close(self) -> None:
        self.answers.close()
        self.connection.close()


def flood(url: str, known: list[tuple[str, str]], count: int) -> tuple[float, list[Caller]]:
    """Seconds it took, and the callers with what they saw."""

    def forge(number: int) -> Caller:
        random, caller = Random(number), Caller(url)
        for _ in range(count // CONNECTIONS):
            caller.send(random.choice(FORGERIES)(Delivery(*random.choice(known)), random))
        caller.close()
        return caller

    start = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        callers = list(pool.map(forge, range(CONNECTIONS)))
    return time.perf_counter() - start, callers


def main(count: int = COUNT, database_url: str = "") -> None:
    with TemporaryDirectory() as folder:
        database = postgres_url(database_url)
        studio = RunningStudio(Path(folder), database).start()
        try:
            owner_of(studio.url, studio.owner_link).close()
            studio.manage("shell", "--verbosity", "0", "--command", SEED.format(count=ATTEMPTS, every=3600))
            known = [(token, secret) for token, secret in studio.query(KNOWN)]
            seconds, callers = flood(studio.url, known, count)
            tell(seconds, callers, "postgresql" if database else "sqlite")
            assert studio.query("WebhookDelivery.objects.count()") == 0
            control = Caller(studio.url)  # were everything refused, the flood would prove little
            assert control.send(Delivery(*known[0]).wire()) == 200
            control.close()
        finally:
            studio.stop()
            drop_database(database)


def tell(seconds: float, callers: list[Caller], database: str) -> None:
    times = [each for caller in callers for each in caller.times]
    statuses = sum((caller.statuses for caller in callers), Counter())
    of = {"count": len(times), "connections": CONNECTIONS, "database": database}
    figure("webhook.requests_per_s", len(times) / seconds, "1/s", **of)
    figure("webhook.p50_ms", percentile(times, 50), "ms", **of)
    figure("webhook.p99_ms", percentile(times, 99), "ms", **of)
    figure("webhook.accepted", sum(n for status, n in statuses.items() if status < 400), "", **of)
    figure("webhook.errors", sum(n for status, n in statuses.items() if status >= 500), "", **of)
    print(f"webhook answers: {dict(sorted(statuses.items()))}", file=sys.stderr)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT, os.environ.get("DATABASE_URL", ""))
