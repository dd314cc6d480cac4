"""The sandbox as a whole: the HTTP server, and the loops that render, end and announce tasks."""

import logging
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from http.server import ThreadingHTTPServer
from pathlib import Path
from queue import SimpleQueue
from socketserver import TCPServer
from types import TracebackType
from typing import Any, Self

from studio.sandbox.api import Api
from studio.sandbox.handler import Handler
from studio.sandbox.knobs import Knobs
from studio.sandbox.loops import Loop
from studio.sandbox.makers import Makers
from studio.sandbox.renders import Renderer
from studio.sandbox.store import Store
from studio.sandbox.types import Task
from studio.sandbox.useapi import Useapi
from studio.sandbox.webhooks import Courier
from studio.sandbox.workshop import Workshop, prepare

logger = logging.getLogger(__name__)

DEFAULT_KNOBS = Knobs()
COURIERS = 4  # so that one slow receiver does not hold up the others
LAST_ANSWER_S = 0.5  # what a request in hand gets when the server stops


class HttpServer(ThreadingHTTPServer):
    """Keeps track of its connections, to end them with itself: a stopped sandbox answers nobody."""

    request_queue_size = 128
    daemon_threads = True

    def __init__(self, host: str, port: int, media: Path, api: Api) -> None:
        self.media = media
        self.api = api
        self._connections: set[Any] = set()
        super().__init__((host, port), Handler)
        self.url = f"http://{host}:{self.server_port}"

    def server_bind(self) -> None:
        # Not HTTPServer's: that asks the DNS for our own name, which takes long without a network.
        TCPServer.server_bind(self)
        self.server_port = self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # OSError: the client went away, or was too slow.
        if not isinstance(sys.exception(), OSError):
            logger.exception("A connection went wrong")

    def stop(self) -> None:
        """Accept nothing more, let requests in hand be answered, then end the connections."""
        self.shutdown()
        self.server_close()
        for direction in (socket.SHUT_RD, socket.SHUT_RDWR):
            for connection in self._connections.copy():
                with suppress(OSError):
                    connection.shutdown(direction)
            self._wait_for_connections(LAST_ANSWER_S)

    def _wait_for_connections(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while self._connections and time.monotonic() < deadline:
            time.sleep(0.01)


class Sandbox:
    """An upstream of our own: listens from the moment it is made, answers between start() and stop().

    `folder` keeps the store and the media; a later Sandbox on the same folder goes on with its tasks. Port 0
    takes a free one, see `url`. `makers` replace the composer, in a thread instead of a child process.
    Raises StoreInUse, OSError when the address can't be had, ValueError without a key.
    """

    def __init__(
        self,
        folder: Path,
        key: str,
        host: str = "127.0.0.1",
        port: int = 8100,
        knobs: Knobs = DEFAULT_KNOBS,
        makers: Makers | None = None,
    ) -> None:
        if not key:
            raise ValueError("The sandbox needs a key.")
        folder = folder.resolve()
        folder.mkdir(parents=True, exist_ok=True)
        self._store = Store(folder / "sandbox.sqlite3", credits=knobs.credits, now=time.time())
        self._workshop = Workshop(folder, makers)
        self._renderer = Renderer(self._store, self._workshop)
        self._rendering = Loop("renderer", self._render)
        self._ending = Loop("ender", self._end)
        useapi = Useapi(self._store, key, folder, self._workshop)
        self._api = Api(self._store, key, knobs, useapi, on_accepted=self._rendering.wake)
        try:
            prepare(folder)  # only now: the store keeps others from working in this folder
            self._http = HttpServer(host, port, folder / "media", self._api)
        except BaseException:
            self._store.close()
            raise
        self._courier = Courier(self._store, self._http.url)
        self._delivering = [Loop(f"courier-{number}", self._deliver) for number in range(COURIERS)]
        self._answering = threading.Thread(target=self._serve, name="sandbox-http", daemon=True)

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return self._http.url

    @property
    def balance(self) -> int:
        """Credits that its account has left."""
        return self._store.balance()

    def start(self) -> None:
        """Serve from threads of its own and return at once."""
        self._answering.start()
        for loop in self._loops():
            loop.start()

    def stop(self) -> None:
        """End within five seconds. What was rendering is rendered again after the next start."""
        self._http.stop()
        self._workshop.stop()
        deadline = time.monotonic() + 3
        for loop in self._loops():
            loop.stop(max(0.0, deadline - time.monotonic()))
        self._store.close()

    def serve_forever(self) -> None:
        """Run until SIGTERM or SIGINT; in the main thread only."""
        # Its put() may be called in a signal handler. A signal during start() or stop() breaks neither.
        signals: SimpleQueue[int] = SimpleQueue()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda number, frame: signals.put(number))
        self.start()
        signals.get()
        self.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _loops(self) -> list[Loop]:
        return [self._rendering, self._ending, *self._delivering]

    def _serve(self) -> None:
        self._http.serve_forever(poll_interval=0.05)

    def _render(self) -> float | None:
        worked = self._renderer.step()
        self._ending.wake()
        return 0 if worked else None

    def _end(self) -> float | None:
        for task in self._store.end_due(time.time(), webhooks=self._api.knobs.webhooks):
            logger.info("%s", _line(task))
            for loop in self._delivering:
                loop.wake()
        return _until(self._store.next_due())

    def _deliver(self) -> float | None:
        worked = self._courier.step(time.time())
        return 0 if worked else _until(self._store.next_delivery())


def _until(due: float | None) -> float | None:
    return None if due is None else max(0.0, due - time.time())


def _line(task: Task) -> str:
    assert task.ended_at is not None
    seconds = (task.item or {}).get("duration")
    music = f", {seconds:.1f} s of music" if seconds else ""
    took = task.ended_at - task.accepted_at
    return f"task {task.id} {task.state}: {task.order.task_type}{music}, {took:.1f} s after it came"
