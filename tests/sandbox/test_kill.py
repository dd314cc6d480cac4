"""`kill -9` of the whole server at different moments: no order is lost, charged twice or refunded twice."""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .caller import Caller
from .process import running


@contextmanager
def server(folder: Path, **knobs: object) -> Iterator[Caller]:
    """A server that is killed at the end of the block."""
    with running("-m", "tests.sandbox.serve", str(folder), json.dumps(knobs)) as process:
        assert process.stdout
        yield Caller(process.stdout.readline().strip())


def test_a_song_in_the_making_is_made_after_the_restart(tmp_path: Path) -> None:
    with server(tmp_path, stuck=True) as caller:
        first, second = caller.submit(seed="7"), caller.submit()
        caller.wait_for(first, "RUNNING")
    with server(tmp_path) as caller:
        item = caller.end(first)["data"][0]
        assert caller.end(second)["status"] == "SUCCESS"
        assert item["seed"] == "7"
        assert item["audio_url"].startswith(caller.url)
        assert caller.credits() == 9_980


def test_a_finished_song_that_was_not_told_yet_is_told_after_the_restart(tmp_path: Path) -> None:
    with server(tmp_path, latency_s=3600) as caller:
        task_id = caller.submit()
        caller.wait_for(task_id, "RUNNING")
        caller.turn(latency_s=0)
        caller.end(caller.submit())  # one renderer: when this one ended, the first was made long ago
        files = {path: path.stat().st_ino for path in (tmp_path / "media").iterdir()}
    with server(tmp_path) as caller:
        caller.end(caller.submit())
        assert caller.status(task_id) == "RUNNING"
        assert {path: path.stat().st_ino for path in files} == files


def test_many_kills(tmp_path: Path) -> None:
    chance, orders = random.Random(1), []
    for _ in range(6):
        with server(tmp_path, failure_rate=0.3, latency_s=0.02, capacity=1000) as caller:
            orders += [caller.submit() for _ in range(chance.randrange(1, 12))]
    with server(tmp_path, capacity=1000) as caller:
        ends = {task_id: caller.end(task_id)["status"] for task_id in orders}
        ledger = caller.ledger()
    expected = {(None, "grant")} | {(task_id, "charge") for task_id in orders}
    expected |= {(task_id, "refund") for task_id, end in ends.items() if end == "FAILED"}
    assert sorted(ends.values()).count("FAILED") == len(orders) * 3 // 10
    assert [task["task_id"] for task in ledger["tasks"]] == orders
    assert sorted((entry["task_id"] or "", entry["kind"]) for entry in ledger["entries"]) == sorted(
        (task_id or "", kind) for task_id, kind in expected
    )
    assert ledger["balance"] == 10_000 - 10 * list(ends.values()).count("SUCCESS")
