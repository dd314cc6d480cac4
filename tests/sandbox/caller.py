"""A plain HTTP client on the standard library, so that no test leans on the studio's own."""

import http.client
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.canaries import API_KEY

KEY = API_KEY
SONG = {"task_type": "create_music", "sound": "quiet folk with a piano"}


def wait_until(condition: Callable[[], object]) -> None:
    """Look again and again; fails when it never comes true."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@dataclass(frozen=True)
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Caller:
    """Calls one server, each time on a new connection."""

    def __init__(self, url: str, key: str = KEY) -> None:
        self.url = url
        self.headers = {"Authorization": f"Bearer {key}"}

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        raw = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=20)
        try:
            connection.request(method, path, raw, self.headers | sent)
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def submit(self, **fields: Any) -> str:
        """Order a song; returns the task id."""
        return str(self("POST", "/api/v1/producer/create", SONG | fields).json["task_id"])

    def order(self, path: str, **fields: Any) -> Reply:
        return self("POST", f"/api/v1/producer/{path}", fields)

    def made(self, path: str, **fields: Any) -> Any:
        """Order anything; returns the item of the finished task."""
        return self.end(self.order(path, **fields).json["task_id"])["data"][0]

    def poll(self, task_id: str) -> Reply:
        return self("GET", f"/api/v1/producer/task/{task_id}")

    def status(self, task_id: str) -> str:
        return str(self.poll(task_id).json["status"])

    def wait_for(self, task_id: str, *statuses: str) -> Any:
        """Poll until the task has one of the statuses; returns that answer."""
        wait_until(lambda: self.status(task_id) in statuses)
        return self.poll(task_id).json

    def end(self, task_id: str) -> Any:
        return self.wait_for(task_id, "SUCCESS", "FAILED")

    def credits(self) -> int:
        return int(self("GET", "/api/v1/get-credits").json["credits"])

    def ledger(self) -> Any:
        return self("GET", "/sandbox/ledger").json

    def turn(self, **knobs: Any) -> Reply:
        return self("PUT", "/sandbox/knobs", knobs)
