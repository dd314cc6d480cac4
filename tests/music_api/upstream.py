"""A provider on a real socket that does to every request just what a test says."""

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator

Script = Callable[["Exchange"], None]


class Exchange:
    """One request that reached the server. What the script does is all the client gets."""

    def __init__(self, upstream: "Upstream", connection: socket.socket, head: bytes, body: bytes) -> None:
        self.upstream, self.connection, self.head, self.body = upstream, connection, head, body

    @property
    def target(self) -> str:
        return self.head.split()[1].decode()

    def send(self, content: bytes) -> None:
        self.connection.sendall(content)

    def drip(self, content: bytes) -> None:
        """Send `content` over and over, one byte at a time, until the client or the test ends it."""
        while not self.upstream.over.is_set():
            for byte in content:
                self.connection.sendall(bytes([byte]))
                if self.upstream.over.wait(0.005):
                    return

    def hang(self) -> None:
        self.upstream.over.wait()

    def reset(self) -> None:
        reset(self.connection)


class Upstream:
    """Listens on loopback. `exchanges` are the requests that came, `connections` counts the connections."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.tls: ssl.SSLContext | None = None
        self.before_reading: Callable[[socket.socket], None] = lambda connection: None
        self.exchanges: list[Exchange] = []
        self.connections = 0
        self.over = threading.Event()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.02)
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._start(self._accept)

    def close(self) -> None:
        """End, but not before everything that has arrived is read: tests count it."""
        self.over.set()
        for thread in self._threads:  # the first is the one that adds the others
            thread.join()
        self._listener.close()

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                if self.over.is_set():
                    return
            else:
                self.connections += 1
                self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):  # the client went away
            stack.enter_context(connection)
            if self.tls:
                connection = stack.enter_context(self.tls.wrap_socket(connection, server_side=True))
            self.before_reading(connection)
            connection.settimeout(0.02)
            for head, body in self._requests(connection):
                exchange = Exchange(self, connection, head, body)
                self.exchanges.append(exchange)
                self.script(exchange)

    def _requests(self, connection: socket.socket) -> Iterator[tuple[bytes, bytes]]:
        content = b""
        while True:
            try:
                received = connection.recv(65536)
            except TimeoutError:
                if self.over.is_set():
                    return
                continue
            if not received:
                return
            content += received
            head, blank, body = content.partition(b"\r\n\r\n")
            if blank and len(body) >= content_length(head):
                content = body[content_length(head) :]
                yield head, body[: content_length(head)]


def content_length(head: bytes) -> int:
    lines = head.lower().split(b"\r\n")
    return sum(int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:"))


def answer(status: int, body: bytes = b"", *headers: str) -> bytes:
    """A whole HTTP answer, byte for byte."""
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def says(status: int, body: bytes = b"", *headers: str) -> Script:
    return lambda exchange: exchange.send(answer(status, body, *headers))


def reset(connection: socket.socket) -> None:
    """Close so that the other side sees a reset, not an end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
