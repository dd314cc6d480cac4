"""One JSON line for each figure on standard output, a table on standard error."""

import json
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


def figure(name: str, value: float, unit: str, **of: object) -> None:
    value = round(value, 3)
    print(json.dumps({"name": name, "value": value, "unit": unit, "of": of}), flush=True)
    about = " ".join(f"{key}={each}" for key, each in of.items())
    print(f"{name:32} {value:>12,} {unit:6} {about}", file=sys.stderr, flush=True)


def percentile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def load(clients: list[Callable[[], None]], seconds: float) -> tuple[float, list[float]]:
    """Each client again and again in a thread of its own: requests per second, and the times in ms."""

    def work(client: Callable[[], None]) -> list[float]:
        times = []
        while time.monotonic() < end:
            start = time.perf_counter()
            client()
            times.append((time.perf_counter() - start) * 1000)
        return times

    end = time.monotonic() + seconds
    with ThreadPoolExecutor(len(clients)) as pool:
        times = [each for batch in pool.map(work, clients) for each in batch]
    return len(times) / seconds, times
