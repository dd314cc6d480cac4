"""HTTP/1.1 for the sandbox: reads one request after another from a connection and writes the answers."""

import re
import socket
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from studio.sandbox import bodies, media
from studio.sandbox.types import Answer, File, Request

if TYPE_CHECKING:
    from studio.sandbox.server import HttpServer

MAX_BODY = 1 << 20
BLOCK = 1 << 16
LINGER_S = 1
LINGER_BLOCKS = 256  # 16 MiB
HOST = re.compile(r"[A-Za-z0-9.\[\]:-]{1,255}")


class BadBody(Exception):
    """A body that can't be told from what follows it: the connection has to end."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.1"  # else a line that is no request is answered without a status
    timeout = 60  # seconds that a connection may be silent, between requests or within one
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer a request of any method: a file below /media/, or what the Api says."""
        try:
            body = self._read_body()
        except BadBody as fault:
            return self.send_error(400, str(fault))
        target = urlsplit(self.path)
        if target.path.startswith("/media/") and self.command in ("GET", "HEAD"):
            return self._send_media(target.path)
        answer = self._server.api.answer(self._request(target.path, target.query, body))
        if isinstance(answer, File):
            return self._send_media(f"/media/{answer.name}")
        return self._send(answer)

    do_HEAD = do_POST = do_PUT = do_GET

    def _request(self, path: str, query: str, body: bytes) -> Request:
        return Request(
            method="GET" if self.command == "HEAD" else self.command,
            path=path,
            query=query,
            authorization=self.headers["Authorization"],
            origin=self._origin(),
            body=body,
        )

    def _read_body(self) -> bytes:
        lengths = set(self.headers.get_all("Content-Length", ["0"]))
        length = lengths.pop()
        if lengths or not re.fullmatch("[0-9]{1,18}", length) or "Transfer-Encoding" in self.headers:
            raise BadBody("The request body needs one Content-Length.")
        if int(length) > MAX_BODY:
            raise BadBody(f"The request body must be at most {MAX_BODY} bytes.")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise BadBody("The request body is incomplete.")
        return body

    def _origin(self) -> str:
        """How the client calls us; behind a forwarded port that is not the address we listen on."""
        host = self.headers["Host"] or ""
        return f"http://{host}" if HOST.fullmatch(host) else self._server.url

    def _send(self, answer: Answer) -> None:
        body = bodies.encode(answer.body)
        self._send_head(answer.status, len(body), {"Content-Type": "application/json"})
        if self.command != "HEAD":
            self.wfile.write(body)

    def _send_media(self, path: str) -> None:
        part = media.find(self._server.media, path, self.headers["Range"])
        if part is None:
            return self._send(bodies.not_found("file not found").answer)
        self._send_head(part.status, part.length, part.headers)
        if self.command != "HEAD":
            self._copy(part)
        return None

    def _copy(self, part: media.Part) -> None:
        left = part.length
        with part.path.open("rb") as file:
            file.seek(part.start)
            while left and (block := file.read(min(BLOCK, left))):
                self.wfile.write(block)
                left -= len(block)

    def _send_head(self, status: int, length: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(length)}.items():
            self.send_header(name, value)
        self.end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer in JSON, not in the standard library's HTML, and close: what follows can't be trusted."""
        body = bodies.encode({"type": "validation_error", "error": message or "Bad request"})
        self._send_head(code, len(body), {"Content-Type": "application/json", "Connection": "close"})
        if self.command != "HEAD":
            self.wfile.write(body)
        self._linger()

    def _linger(self) -> None:
        """Read on for a while: to close with bytes unread resets the connection, and our answer is lost."""
        self.connection.settimeout(LINGER_S)
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            for _ in range(LINGER_BLOCKS):
                if not self.rfile.read1(BLOCK):
                    break

    def version_string(self) -> str:
        return "studio-sandbox"

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: the log has one line per task, not per request."""

    @property
    def _server(self) -> "HttpServer":
        return cast("HttpServer", self.server)
