"""Real servers on loopback: one that misbehaves in every way we know, and one that only listens."""

import contextlib
import gzip
import socket
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from urllib.parse import parse_qs, urlsplit


class Answers(BaseHTTPRequestHandler):
    """Each path is one way to answer: /short is answered by `short()`."""

    server: "HostileServer"

    def do_GET(self) -> None:
        self.server.seen.append(dict(self.headers))
        parts = urlsplit(self.path)
        self.query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        with contextlib.suppress(OSError):  # the client hangs up as soon as it has seen enough
            getattr(self, parts.path[1:])()

    def log_message(self, *args: object) -> None:
        pass

    def begin(self, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def song(self) -> None:
        self.begin(Content_Length=str(len(self.server.song)), Content_Type="text/html")
        self.wfile.write(self.server.song)

    def unannounced(self) -> None:
        self.begin()
        self.wfile.write(self.server.song)

    def chunked(self) -> None:
        self.protocol_version = "HTTP/1.1"
        self.begin(Transfer_Encoding="chunked")
        for start in range(0, len(self.server.song), 10_000):
            part = self.server.song[start : start + 10_000]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        if "cut" not in self.query:
            self.wfile.write(b"0\r\n\r\n")

    def short(self) -> None:
        self.begin(Content_Length=str(len(self.server.song)))
        self.wfile.write(self.server.song[:-1000])

    def announces_a_terabyte(self) -> None:
        self.begin(Content_Length=str(10**12))

    def endless(self) -> None:
        self.begin()
        self.pour()

    def endless_redirect(self) -> None:
        self.begin(302, Location="/song")
        self.pour()

    def pour(self) -> None:
        self.wfile.write(self.server.song[:64])
        while not self.server.closing:
            self.wfile.write(bytes(100_000))

    def drip(self) -> None:
        self.begin(Content_Length=str(len(self.server.song)))
        self.trickle(self.server.song)

    def drip_headers(self) -> None:
        self.trickle(b"HTTP/1.0 200 OK\r\nX-Long: " + b"x" * 100_000)

    def trickle(self, data: bytes) -> None:
        for byte in data:
            if self.server.closing:
                return
            self.wfile.write(bytes([byte]))
            time.sleep(0.01)

    def silent(self) -> None:
        self.begin(Content_Length=str(len(self.server.song)))
        self.wfile.write(self.server.song[:64])
        self.server.closed.wait()

    def gzipped(self) -> None:
        self.begin(Content_Encoding="gzip")
        self.wfile.write(gzip.compress(self.server.song[:64] + bytes(50_000_000)))

    def raw(self) -> None:
        self.wfile.write(self.server.raw)

    def status(self) -> None:
        self.begin(int(self.query["code"]))

    def redirect(self) -> None:
        self.begin(302, Location=self.query["to"].encode().decode("latin-1"))

    def hops(self) -> None:
        left = int(self.query["left"])
        self.begin(301, Location=f"/hops?left={left - 1}" if left > 1 else "/song")

    def loop(self) -> None:
        self.begin(307, Location="/loop")

    def nowhere(self) -> None:
        self.begin(302)

    def corpus(self) -> None:
        self.begin(Content_Type="audio/mp4")
        self.wfile.write(self.server.corpus[self.query["name"]])


class HostileServer(ThreadingHTTPServer):
    """Serves Answers, on a free port if none is given; over TLS with a certificate file (and its key)."""

    def __init__(
        self, song: bytes, host: str = "127.0.0.1", certificate: Path | None = None, port: int = 0
    ) -> None:
        super().__init__((host, port), Answers)
        self.song, self.raw, self.corpus = song, b"", dict[str, bytes]()
        self.seen: list[dict[str, str]] = []  # the headers of every request
        self.names: list[str | None] = []  # what TLS clients asked for (SNI)
        self.closed = threading.Event()
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            context.sni_callback = lambda connection, name, context: self.names.append(name)
            self.socket = context.wrap_socket(self.socket, server_side=True)

    @property
    def closing(self) -> bool:
        return self.closed.is_set()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # a client that breaks off is what these tests are about

    def __enter__(self) -> "HostileServer":
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closed.set()
        self.shutdown()
        self.thread.join()
        self.server_close()


class Canary:
    """Listens on a port of all of loopback, IPv4 and IPv6, and must never hear anything."""

    def __init__(self, host: str = "::", port: int = 0) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family)
        if family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        self.socket.bind((host, port))
        self.socket.listen()
        self.socket.setblocking(False)
        self.port = self.socket.getsockname()[1]

    def connections(self) -> int:
        """How many connected since the last call; the kernel has finished their handshakes by itself."""
        heard = 0
        with contextlib.suppress(BlockingIOError):
            while True:
                self.socket.accept()[0].close()
                heard += 1
        return heard

    def __enter__(self) -> "Canary":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.socket.close()
