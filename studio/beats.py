"""Signs of life from a job that takes long: a lease that is renewed, a beat that the supervisor sees."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import DatabaseError, InterfaceError, connection

log = logging.getLogger(__name__)


@contextmanager
def every(seconds: float, do: Callable[[], None]) -> Iterator[None]:
    """Call `do` again and again from another thread while the block runs; first after `seconds`."""
    done = threading.Event()

    def repeat() -> None:
        while not done.wait(seconds):
            try:
                do()
            except (DatabaseError, InterfaceError):  # the next one may be in time
                log.warning("the database did not take a sign of life")
        connection.close()

    thread = threading.Thread(target=repeat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
