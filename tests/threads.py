"""Real threads with connections of their own, let go at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection


def at_once(function: Callable[[], Any], count: int) -> list[Any]:
    """What each of `count` calls gave, or the exception it raised."""
    start = Barrier(count)

    def call(_: int) -> Any:
        try:
            connection.ensure_connection()
            start.wait(timeout=60)
            return function()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(call, range(count)))
