"""The page of a link as strangers open it, beside an empty view: `python -m tests.bench.share`.

The server is granian as the Procfile starts it, alone on the machine but for the clients.
"""

import os
import re
import socket
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier
from urllib.parse import urlsplit

from tests.bench.figures import figure, load, percentile
from tests.running import ROOT, RunningStudio, drop_database, postgres_url, wait_for
from tests.visitor import Visitor

CLIENTS = (1, 8)
ROUNDS, SECONDS = 4, 3  # the views take turns: another's work on the machine meets both
STARTS = 3
EMPTY = "/empty/"
PACKED = "gzip, deflate, br"
VERSE = "[Verse]\nHello morning, how are you\nThe kettle sings, the day is new\n\n"
SHARE = """
from studio.models import *
from studio.services import shares
clip = Clip.objects.get()
facts = dict(project=clip.project, kind="clip", by=clip.created_by, thing={"clip": clip}, expires_at=None)
print(shares.create(label="Bench", **facts)[1])
"""


def main(database_url: str = "") -> None:
    with TemporaryDirectory() as folder:
        database = postgres_url(database_url)
        studio = RunningStudio(Path(folder), database, DJANGO_SETTINGS_MODULE="tests.bench.empty.settings")
        try:
            path = f"/s/{_link_of_a_song(studio, Path(folder))}/"
            with serving(studio):
                page_weight(studio.url, path)
                throughput(studio.url, path)
            cold(studio, path)
        finally:
            drop_database(database)


def _link_of_a_song(studio: RunningStudio, folder: Path) -> str:
    studio.migrate()
    (folder / "words.txt").write_text(8 * VERSE)
    words = ("--title", "Back to You", "--sound", "folk", "--lyrics", str(folder / "words.txt"))
    studio.manage("make_song", *words, "--out", str(folder / "song.m4a"))
    return studio.manage("shell", "--verbosity", "0", "--command", SHARE).split()[-1]


@contextmanager
def serving(studio: RunningStudio) -> Iterator[None]:
    """The line "web" of the Procfile, until the end of the block."""
    line = re.search(r"^web: (.+)$", (ROOT / "Procfile").read_text(), re.M)
    assert line
    binaries = f"{ROOT / '.venv/bin'}:{os.environ['PATH']}"
    environment = studio.environment | {"PORT": str(urlsplit(studio.url).port), "PATH": binaries}
    process = subprocess.Popen(
        ["/bin/sh", "-c", f"exec {line[1]} --log-level error"], env=environment, cwd=ROOT
    )
    try:
        wait_for(lambda: _listens(studio.url))
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def _listens(url: str) -> bool:
    try:
        Caller(url).close()
    except OSError:
        return False
    return True


class Caller:
    """One kept-alive connection. As light as can be: it shares the processors with the server."""

    def __init__(self, url: str, path: str = "/") -> None:
        parts = urlsplit(url)
        self.socket = socket.create_connection((parts.hostname, parts.port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        lines = f"GET {path} HTTP/1.1", f"Host: {parts.netloc}", f"Accept-Encoding: {PACKED}"
        self.request = "\r\n".join((*lines, "", "")).encode()

    def ask(self) -> float:
        """Send the request, read the answer; gives the milliseconds until its first byte."""
        start = time.perf_counter()
        self.socket.sendall(self.request)
        answer = self.socket.recv(1 << 18)
        first = time.perf_counter()
        assert answer.startswith(b"HTTP/1.1 200"), answer[:200]
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += self.socket.recv(1 << 18)
        length = re.search(rb"(?i)content-length: (\d+)", answer[:end])
        assert length
        missing = end + 4 + int(length[1]) - len(answer)
        while missing > 0:
            missing -= len(self.socket.recv(1 << 18))
        return (first - start) * 1000

    def close(self) -> None:
        self.socket.close()


def page_weight(url: str, path: str) -> None:
    """What a browser fetches before the song can sound, as it is sent."""
    visitor, packed = Visitor(url), {"Accept-Encoding": PACKED}
    page = visitor.get(path)
    assert page.status == 200, page.text
    links = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', page.text))
    sizes = {"html": len(visitor.get(path, **packed).body)}
    for link in links:
        sent = len(visitor.get(link, **packed).body)
        kind = link.rpartition(".")[2]
        sizes[kind] = sizes.get(kind, 0) + sent
    visitor.close()
    for kind, size in sorted(sizes.items()):
        figure("share.page.bytes", size, "bytes", part=kind)
    figure("share.page.bytes", sum(sizes.values()), "bytes", part="all")


def throughput(url: str, path: str) -> None:
    for clients in CLIENTS:
        rates: dict[str, list[float]] = {path: [], EMPTY: []}
        firsts: dict[str, list[float]] = {path: [], EMPTY: []}
        for _ in range(ROUNDS):
            for each in rates:
                rate, times = _round(url, each, clients)
                rates[each].append(rate)
                firsts[each] += times
        for name, each in (("requests_per_s", path), ("empty_view_requests_per_s", EMPTY)):
            figure(f"share.{name}", statistics.median(rates[each]), "1/s", clients=clients)
        for name, each in (("ttfb_ms", path), ("empty_view_ttfb_ms", EMPTY)):
            for percent in (50, 95):
                of = {"clients": clients, "server": "warm", "percentile": percent}
                figure(f"share.{name}", percentile(firsts[each], percent), "ms", **of)


def _round(url: str, path: str, clients: int) -> tuple[float, list[float]]:
    """New connections each time: which of the workers has how many of them is chance."""
    firsts: list[float] = []
    callers = [Caller(url, path) for _ in range(clients)]

    def asks(caller: Caller) -> Callable[[], None]:
        return lambda: firsts.append(caller.ask())

    rate, _ = load([asks(caller) for caller in callers], SECONDS)
    for caller in callers:
        caller.close()
    return rate, firsts


def cold(studio: RunningStudio, path: str) -> None:
    """The first requests that a server gets after its start, one for each client at the same moment."""
    for clients in CLIENTS:
        for name, each in (("ttfb_ms", path), ("empty_view_ttfb_ms", EMPTY)):
            firsts = [_first(studio, each, clients) for _ in range(STARTS)]
            figure(f"share.{name}", statistics.median(firsts), "ms", clients=clients, server="cold")


def _first(studio: RunningStudio, path: str, clients: int) -> float:
    with serving(studio), ThreadPoolExecutor(clients) as pool:
        together = Barrier(clients)

        def ask(caller: Caller) -> float:
            together.wait()
            return caller.ask()

        callers = [Caller(studio.url, path) for _ in range(clients)]
        slowest = max(pool.map(ask, callers))
        for caller in callers:
            caller.close()
    return slowest


if __name__ == "__main__":
    main(os.environ.get("DATABASE_URL", ""))
