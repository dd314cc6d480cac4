"""The parts of an HTTP exchange that the library leaves open: was the order sent, and does it ever end?"""

from __future__ import annotations

import io
import math
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from typing import TypeVar

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)
from urllib3.response import HTTPResponse

T = TypeVar("T")

REASONS = (  # the narrower before the wider: each of the first three is a kind of the next
    (NameResolutionError, "its name is not known"),
    (NewConnectionError, "it takes no connections"),
    (ConnectTimeoutError, "no connection in time"),
    (SSLError, "no secure connection"),
    (ReadTimeoutError, "no answer in time"),
)


class Order(io.BytesIO):
    """A POST's body that knows whether anybody has begun to send it.

    The library reads it only when it is connected and the head is out, so an order that was never read cannot
    have been accepted. That is proof where exceptions are not: a reset looks the same before and after.
    """

    def __init__(self, content: bytes, *, latest: float, not_after: float = math.inf) -> None:
        """The last moments to begin: `latest` in time.monotonic() seconds, `not_after` in those of
        time.time(), which go on while a machine sleeps."""
        super().__init__(content)
        self.begun = False
        self._latest, self._not_after = latest, not_after

    def read(self, size: int | None = -1) -> bytes:
        """As a file's; raises ConnectTimeoutError when it is begun too late."""
        # No time-out reaches a slow name server. By now the lease may be over and the order with somebody
        # else: it must not go out any more.
        if not self.begun and (time.monotonic() > self._latest or time.time() > self._not_after):
            raise ConnectTimeoutError("connected too late to send")
        self.begun = True
        return super().read(size)


class BoundedConnection(HTTPConnection):
    """Waits for a whole head no longer than the read time-out, which alone starts anew with every byte."""

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3's own
        assert self.timeout is not None, "every exchange has its time-outs"
        with time_limit(self.timeout, self._shut):
            return super().getresponse()

    def _shut(self) -> None:
        # The plain socket's way: an SSL socket's own shutdown would take its state from under the reader.
        socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


class BoundedSecureConnection(BoundedConnection, HTTPSConnection):
    pass


@contextmanager
def time_limit(seconds: float, shut: Callable[[], object]) -> Iterator[None]:
    """Call `shut` from another thread when the block is not over in time, and raise TimeoutError."""
    expired = threading.Event()

    def expire() -> None:
        expired.set()
        with suppress(Exception):  # the block may end at this very moment and close the socket itself
            shut()

    timer = threading.Timer(seconds, expire)
    timer.daemon = True
    timer.start()
    try:
        yield
    except Exception:
        if not expired.is_set():
            raise
    finally:
        timer.cancel()
    # Also without an error: a head that was cut short reads like one that ended.
    if expired.is_set():
        raise TimeoutError


def in_background(do: Callable[[], T]) -> Future[T]:
    """What `do` gives or raises, from a thread that keeps no process from ending."""
    outcome: Future[T] = Future()

    def run() -> None:
        try:
            outcome.set_result(do())
        except BaseException as error:
            outcome.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return outcome


def reason(error: BaseException) -> str:
    """In words why an exchange brought no answer. Only our words: the library's could quote our headers."""
    cause: BaseException | None = error
    while cause is not None:
        for kind, words in REASONS:
            if isinstance(cause, kind):
                return words
        cause = cause.__cause__ or cause.__context__
    return "the connection broke"
