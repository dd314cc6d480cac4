"""Polling: many songs in flight at once, the real cluster, and an upstream that notes when it is asked."""

import os
import time
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.figures import figure, percentile
from tests.hostile.handler import Handler
from tests.hostile.server import Hostile
from tests.running import RunningStudio, drop_database, postgres_url
from tests.visitor import owner_of

KEY = "key-of-the-bench"
IN_FLIGHT = 500
EVERY_S = 5
WARM_UP_S = 10  # the first polls only spread out
SECONDS = 40  # with the warm-up less than the two minutes in which songs are asked for briskly

SEED = """
import random
from datetime import timedelta
from uuid import uuid4
from studio.models import *
from studio.models.clock import db_now
import secrets
now, project = db_now(), Project.objects.get(pk=1)
for n in range({count}):
    about = dict(provider="sandbox", upstream_id=f"bench-{{n}}")
    due = now + timedelta(seconds={every} * random.random())
    times = dict(submitted_at=now, woken_at=now, poll_after=due)
    task = Task.objects.create(
        project=project, created_by=project.owner, form_key=uuid4(), operation="create_music", price=0,
        status="running", **times, **about)
    Attempt.objects.create(
        task=task, token=secrets.token_urlsafe(32), status="accepted",
        sent_at=now, lease_until=now, ended_at=now, **about)
"""


class Watching(Hostile):
    """No faults, songs that never end, and a note of every poll."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "upstream.jsonl", key=KEY)
        self.asked: dict[str, list[float]] = defaultdict(list)

    def poll(self, handler: Handler, task_id: str) -> None:
        self.asked[task_id].append(time.monotonic())
        handler.json(200, {"code": 200, "status": "RUNNING", "message": "still processing", "data": []})

    def between(self, start: float, end: float) -> tuple[int, list[float]]:
        """How many polls came in this time, and how late each was in seconds, as the upstream sees it: an
        interval after the one before. Whatever the studio does between the two counts as late."""
        late = [
            then - before - EVERY_S
            for times in self.asked.values()
            for before, then in pairwise(times)
            if start <= then < end
        ]
        return sum(start <= each < end for times in self.asked.values() for each in times), late


def main(database_url: str = "") -> None:
    with TemporaryDirectory() as folder, Watching(Path(folder)) as upstream:
        database = postgres_url(database_url)
        environment = {"SANDBOX_URL": upstream.url, "SANDBOX_KEY": KEY, "POLL_SECONDS": str(EVERY_S)}
        studio = RunningStudio(Path(folder), database, **environment)
        try:
            studio.start()
            owner_of(studio.url, studio.owner_link).close()
            studio.manage(
                "shell", "--verbosity", "0", "--command", SEED.format(count=IN_FLIGHT, every=EVERY_S)
            )
            time.sleep(WARM_UP_S)
            start = time.monotonic()
            time.sleep(SECONDS)
            tell(*upstream.between(start, start + SECONDS), database="postgresql" if database else "sqlite")
        finally:
            studio.stop()
            drop_database(database)


def tell(polls: int, late: list[float], database: str) -> None:
    of = {"in_flight": IN_FLIGHT, "every_s": EVERY_S, "database": database}
    figure("poll.per_s", polls / SECONDS, "1/s", **of)
    figure("poll.lateness_p50_s", percentile(late, 50), "s", **of)
    figure("poll.lateness_p95_s", percentile(late, 95), "s", **of)
    figure("poll.lateness_p99_s", percentile(late, 99), "s", **of)


if __name__ == "__main__":
    main(os.environ.get("DATABASE_URL", ""))
