"""`make bench-library`: a library of 10,000 and of 100,000 clips on each database, one client, warm."""

import os
import re
import subprocess
import sys
import time
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.figures import figure, percentile
from tests.bench.seed import COMMON, RARE
from tests.running import ROOT, RunningStudio, drop_database, postgres_url
from tests.visitor import Visitor, owner_of

SIZES = (10_000, 100_000)
TIMES = 60
WARM_UP = 5
PAGE = 50


def main(sizes: tuple[int, ...], databases: list[str]) -> None:
    for database_url in databases:
        for count in sizes:
            measure(count, database_url)


def measure(count: int, database_url: str) -> None:
    of = {"clips": count, "database": "postgresql" if database_url else "sqlite"}
    with TemporaryDirectory() as folder:
        database = postgres_url(database_url)
        studio = RunningStudio(Path(folder), database)
        try:
            studio.start()
            owner = owner_of(studio.url, studio.owner_link)
            figure("library.seed_s", seed(studio, count), "s", **of)
            owner.close()  # the server has not waited so long; the next request connects anew
            pages(owner, of)
            owner.close()
        finally:
            studio.stop()
            drop_database(database)


def seed(studio: RunningStudio, count: int) -> float:
    start = time.perf_counter()
    command = [sys.executable, "-m", "tests.bench.seed", str(count)]
    subprocess.run(command, env=studio.environment, cwd=ROOT, check=True)
    return time.perf_counter() - start


def pages(owner: Visitor, of: dict[str, object]) -> None:
    clip = re.search(r"/clips/(\d+)/", owner.get("/library/?sort=rating").text)
    assert clip
    timed(owner, "library.page1", "/library/", of)
    timed(owner, "library.page50", fiftieth(owner, "/library/"), of)
    timed(owner, "library.by_title", "/library/?sort=title", of)
    timed(owner, "library.by_title_page50", fiftieth(owner, "/library/?sort=title"), of)
    timed(owner, "library.search_common", f"/library/?q={COMMON}", of)
    timed(owner, "library.search_rare", f"/library/?q={RARE}", of)
    timed(owner, "library.search_prefix", "/library/?q=ka", of)
    timed(owner, "library.search_two", f"/library/?q={COMMON}+{RARE}", of)
    timed(owner, "library.filter", "/library/?project=2&model=FUZZ-2.0&rating=3&sort=rating", of)
    timed(owner, "library.project", "/projects/2/?sort=plays", of)
    timed(owner, "library.clip", clip[0], of)
    timed(owner, "library.live", "/live/?project=all&balance=1000", of)


def fiftieth(owner: Visitor, first: str) -> str:
    """The address of the fiftieth page, found as a person does: by loading more."""
    path = first
    for _ in range(PAGE - 1):
        more = re.search(r'href="([^"]+after=[^"]+)"', owner.get(path).text)
        assert more, path
        path = unescape(more[1])
    return path


def timed(owner: Visitor, name: str, path: str, of: dict[str, object]) -> None:
    times, size = timings(owner, path)
    figure(f"{name}.p50_ms", percentile(times, 50), "ms", **of)
    figure(f"{name}.p95_ms", percentile(times, 95), "ms", **of)
    figure(f"{name}.bytes", size, "bytes", **of)


def timings(owner: Visitor, path: str) -> tuple[list[float], int]:
    """How long each of many equal requests took, in ms, after a few to warm up; and the answer's bytes."""
    times = []
    for turn in range(WARM_UP + TIMES):
        start = time.perf_counter()
        answer = owner.get(path)
        if turn >= WARM_UP:
            times.append((time.perf_counter() - start) * 1000)
    assert answer.status in (200, 204), (path, answer.status, answer.text[:500])
    return times, len(answer.body)


if __name__ == "__main__":
    sizes = tuple(int(size) for size in os.environ.get("CLIPS", "").split()) or SIZES
    given = os.environ.get("DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
    main(sizes, [given] if "DATABASE_URL" in os.environ else ["", given])
