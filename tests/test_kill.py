"""kill -9 of the whole cluster at five points of an order: it ends right, paid once, and the books agree."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.conf import settings

from studio.management.commands.runstudio import TOO_SOON_S
from tests.running import RunningStudio, drop_database, postgres_url, wait_for
from tests.sandbox import quick

POINTS = {
    "before the order is posted": "before studio.music_api.client.Client.submit",
    "after the order is posted": "after studio.music_api.client.Client.submit",
    "while it is composed": "before studio.services.polls.record",
    "while the audio is copied": "before studio.archive._measure",
    "right after": "after studio.services.clips.finish",
}


# tests/crash dies at every point, but in one process; here it is the whole cluster.
IN_SHORT = ("after the order is posted", "while the audio is copied")


@pytest.fixture(
    params=[
        pytest.param(where, id=name.replace(" ", "_"), marks=() if name in IN_SHORT else pytest.mark.chaos)
        for name, where in POINTS.items()
    ]
)
def studio(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningStudio]:
    database = postgres_url(settings.DATABASE_URL)
    running = RunningStudio(
        tmp_path,
        database,
        DJANGO_SETTINGS_MODULE="tests.crash.settings",
        CRASH_AT=request.param,
        CRASH_FLAG=str(tmp_path / "crashed"),
    )
    with quick.started(running, tmp_path / "sandbox"):
        yield running
    drop_database(database)


@pytest.mark.skipif(not settings.ON_SQLITE, reason="about processes; its own file is SQLite on either")
@pytest.mark.slow
def test_no_cluster_outlives_its_supervisor(tmp_path: Path) -> None:
    studio = RunningStudio(tmp_path).start()
    try:
        first = set(wait_for(lambda: studio.children("manage.py", "cluster")))
        time.sleep(TOO_SOON_S)  # runstudio gives up on a process that ends so soon
        os.kill(studio.children("manage.py", "work", "--grace")[0], signal.SIGKILL)
        wait_for(lambda: not first & set(studio.children("manage.py", "cluster")), within=30)
        assert wait_for(lambda: studio.children("manage.py", "cluster"), within=30), (
            "runstudio starts another"
        )
    finally:
        studio.stop()


SLOW_TO_FORK = """
import os, time
fork = os.fork
def slow_fork():
    if pid := fork():
        print("forked", flush=True)
        time.sleep(0.5)
    return pid
os.fork = slow_fork
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "cluster"])
"""


def test_a_cluster_that_loses_its_supervisor_while_it_forks_ends_too(tmp_path: Path) -> None:
    studio = RunningStudio(tmp_path)
    studio.migrate()
    cluster = subprocess.Popen(
        [sys.executable, "-c", SLOW_TO_FORK],
        env=studio.environment,
        cwd=settings.BASE_DIR,
        start_new_session=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert cluster.stdin
    assert cluster.stdout
    try:
        assert cluster.stdout.readline() == b"forked\n"
        cluster.stdin.close()
        cluster.wait(timeout=30)  # seconds; a SIGTERM sent once would be lost, and this would last for ever
    finally:
        with suppress(ProcessLookupError):
            os.killpg(cluster.pid, signal.SIGKILL)
        cluster.wait()
        cluster.stdout.close()


@pytest.mark.slow
def test_an_order_survives_kill_9(studio: RunningStudio, tmp_path: Path) -> None:
    out = tmp_path / "song.m4a"
    song = json.loads(studio.manage("make_song", "--sound", "quiet folk", "--out", str(out)))

    assert (tmp_path / "crashed").exists(), "the bomb did not go off"
    assert song["credits"] == 10
    assert out.stat().st_size > 10_000
    moved = "CreditEntry.objects.filter(kind__in=['charge', 'refund']).values_list('amount', flat=True)"
    assert studio.query(f"list({moved})") == [-10]
    assert len(studio.ledger()["tasks"]) == 1
    assert "All is well" in studio.manage("audit", "--files", "--upstream")
