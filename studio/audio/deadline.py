"""An end for a network transfer that no server can put off."""

import contextlib
import socket
import threading
import time
from types import TracebackType


class Deadline:
    """Ends the watched connections when the time is up.

    A socket's own time-out starts anew with every byte, so a server that drips (headers too) holds its
    reader for hours. Here a timer shuts the connection down; the reader wakes up and finds `passed`.
    """

    def __init__(self, seconds: float) -> None:
        self._started = time.monotonic()
        self._seconds = seconds
        self._timer = threading.Timer(seconds, self._end)
        self._watched: list[socket.socket] = []

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self._started

    @property
    def passed(self) -> bool:
        return self.elapsed >= self._seconds

    def watch(self, connection: socket.socket) -> socket.socket:
        """End this connection too when the time is up. Returns it."""
        # A duplicate, because wrapping a socket in TLS leaves the original object without its connection.
        self._watched.append(connection.dup())
        if self.passed:
            self._end()
        return connection

    def __enter__(self) -> "Deadline":
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        self._timer.join()
        for connection in self._watched:
            connection.close()

    def _end(self) -> None:
        for connection in tuple(self._watched):
            with contextlib.suppress(OSError):  # it may have ended by itself
                connection.shutdown(socket.SHUT_RDWR)
