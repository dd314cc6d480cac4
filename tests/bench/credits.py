"""`make bench-credits`: the owner's page and the CSV of a ledger of 1,000,000 lines, on each database."""

import http.client
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.figures import figure, percentile
from tests.bench.library import timings
from tests.running import ROOT, RunningStudio, drop_database, postgres_url
from tests.visitor import Visitor, owner_of

LINES = 1_000_000
PAGE, CSV = "/credits/spending/", "/credits/spending.csv"
TWO_YEARS = f"{PAGE}?since={time.gmtime().tm_year - 2}-{time.gmtime().tm_mon:02}&by=project"
BLOCK = 1 << 18


def main(count: int, databases: list[str]) -> None:
    for database_url in databases:
        measure(count, database_url)


def measure(count: int, database_url: str) -> None:
    of: dict[str, object] = {"lines": count, "database": "postgresql" if database_url else "sqlite"}
    with TemporaryDirectory() as folder:
        database = postgres_url(database_url)
        studio = RunningStudio(Path(folder), database)
        try:
            studio.start()
            owner = owner_of(studio.url, studio.owner_link)
            made = seed(studio, count)
            figure("credits.sums.entries_per_s", made["entries"] / made["seconds"], "1/s", **of)
            figure("credits.sums.rows", made["sums"], "rows", **of)
            owner.close()  # the server has not waited so long; the next request connects anew
            page(owner, "credits.owner_page", PAGE, of)
            page(owner, "credits.owner_page_two_years", TWO_YEARS, of)
            page(owner, "credits.lines", "/credits/lines/", of)
            owner.close()
            download(studio, owner, of)
        finally:
            studio.stop()
            drop_database(database)


def seed(studio: RunningStudio, count: int) -> dict[str, float]:
    """How many sums of how many entries it made, and in how many seconds."""
    command = [sys.executable, "-m", "tests.bench.ledger", str(count)]
    done = subprocess.run(command, env=studio.environment, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    made: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return made


def page(owner: Visitor, name: str, path: str, of: dict[str, object]) -> None:
    times, size = timings(owner, path)
    figure(f"{name}.p50_ms", percentile(times, 50), "ms", **of)
    figure(f"{name}.p95_ms", percentile(times, 95), "ms", **of)
    figure(f"{name}.bytes", size, "bytes", **of)


def download(studio: RunningStudio, owner: Visitor, of: dict[str, object]) -> None:
    """All lines over HTTP. `peak_mb` is by how much the web process grows over what it held before."""
    servers = studio.children("granian")
    before = memory(servers)
    lines, peak, start = 0, before, time.perf_counter()
    connection = http.client.HTTPConnection(owner.host, timeout=60)
    cookie = "; ".join(f"{name}={value}" for name, value in owner.cookies.items())
    connection.request("GET", CSV, headers={"Cookie": cookie})
    answer = connection.getresponse()
    assert answer.status == 200, answer.status
    blocks = 0
    while block := answer.read(BLOCK):
        lines += block.count(b"\r\n")
        blocks += 1
        if blocks % 20 == 0:
            peak = max(peak, memory(servers))
    seconds = time.perf_counter() - start
    connection.close()
    assert lines > int(str(of["lines"])), lines
    figure("credits.csv.lines_per_s", lines / seconds, "1/s", **of)
    figure("credits.csv.peak_mb", peak - before, "MB", **of)


def memory(processes: list[int]) -> float:
    """What they hold together, in MB."""
    kilobytes = 0
    for pid in processes:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                kilobytes += int(line.split()[1])
    return kilobytes / 1024


if __name__ == "__main__":
    given = os.environ.get("DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
    main(int(os.environ.get("LINES") or LINES), [given] if "DATABASE_URL" in os.environ else ["", given])
