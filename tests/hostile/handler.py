"""HTTP of the hostile upstream: the good answers, and the raw ways to answer badly."""

import json
import socket
import struct
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import Any, Protocol, cast

PAGE = b"<!doctype html><title>502 Bad Gateway</title><h1>Bad Gateway</h1>" + b"<!-- padding -->" * 50


class Routes(Protocol):
    key: str
    past_time_out: float

    def create(self, handler: "Handler", fields: dict[str, Any]) -> None: ...
    def poll(self, handler: "Handler", task_id: str) -> None: ...
    def balance(self, handler: "Handler") -> None: ...
    def media(self, handler: "Handler", name: str) -> None: ...
    def books(self) -> dict[str, Any]: ...


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def upstream(self) -> Routes:
        return cast(Any, self.server).upstream

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        if self._is_known() and self.path == "/api/v1/producer/create":
            self._guarded(lambda: self.upstream.create(self, json.loads(raw)))

    def do_GET(self) -> None:
        if self.path.startswith("/media/"):
            self._guarded(lambda: self.upstream.media(self, self.path.removeprefix("/media/")))
        elif self.path == "/hostile/ledger":
            self.json(200, self.upstream.books())
        elif self._is_known() and self.path == "/api/v1/get-credits":
            self._guarded(lambda: self.upstream.balance(self))
        elif self.path.startswith("/api/v1/producer/task/"):
            self._guarded(lambda: self.upstream.poll(self, self.path.rpartition("/")[2]))

    def _guarded(self, answer: Any) -> None:
        with suppress(OSError):  # the studio hangs up, or was killed
            answer()

    def _is_known(self) -> bool:
        known = self.headers["Authorization"] == f"Bearer {self.upstream.key}"
        if not known:
            self.json(401, {"type": "unauthorized", "error": "Invalid API key"})
        return known

    # -- Ways to answer ---------------------------------------------------------------------------

    def json(self, status: int, body: dict[str, Any], **headers: str) -> None:
        self.bytes(status, json.dumps(body).encode(), Content_Type="application/json", **headers)

    def bytes(self, status: int, body: bytes, **headers: str) -> None:
        self.head(status, Content_Length=str(len(body)), **headers)
        self.wfile.write(body)

    def head(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def truncated(self, body: bytes) -> None:
        self.head(200, Content_Length=str(len(body) + 20), Content_Type="application/json")
        self.wfile.write(body[: len(body) // 2])
        self.close_connection = True

    def drop(self) -> None:
        """Hang up with a reset, as a machine that dies."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def hang(self) -> None:
        """Say nothing until every time-out is over, then hang up."""
        time.sleep(self.upstream.past_time_out)
        self.drop()

    def drip(self, body: bytes, seconds: float) -> None:
        """A byte now and then: no time-out of a single read ever strikes."""
        self.close_connection = True
        self.head(200, Content_Length=str(len(body)))
        end = time.monotonic() + seconds
        for byte in body:
            if time.monotonic() > end:
                return
            self.wfile.write(bytes([byte]))
            time.sleep(0.2)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: the journal has what happened."""
