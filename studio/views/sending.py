"""Long answers that are made while they are sent: each takes one of a process's few threads, and pages need
some, too."""

from collections.abc import Generator, Iterator
from threading import BoundedSemaphore


class Sending:
    """Parts in a place of `places`, which the caller has taken; closing gives it back. No generator: one that
    never ran closes nothing."""

    def __init__(self, parts: Iterator[bytes], places: BoundedSemaphore) -> None:
        self._parts, self._places = parts, places
        self._has_place = True

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._parts)

    def close(self) -> None:
        if self._has_place:
            self._has_place = False
            self._places.release()
            if isinstance(self._parts, Generator):
                self._parts.close()  # and with it the file that it was reading
