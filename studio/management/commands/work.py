"""`manage.py work`: one django-q2 cluster, and a watch over it."""

import logging
import signal
import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, close_old_connections
from django_q.models import Schedule
from django_q.tasks import async_task

from studio.processes import MANAGE, Child
from studio.services import workers

log = logging.getLogger(__name__)

RING_AFTER_S = 3  # a sweep that nobody saw for so long is rung for
STALE_AFTER_S = 10  # a cluster that shows no sign of life for so long is frozen
START_TAKES_S = 12
TOO_SOON_S = 3


class Command(BaseCommand):
    help = (
        "Run the jobs: everything the studio does at the providers and with audio happens here. Starts a "
        "cluster of workers, replaces it when it stands still, and ends it on SIGTERM or Ctrl-C."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--grace", type=float, default=60, help="seconds that running jobs get at the end (default: 60)"
        )

    def handle(self, *args: Any, grace: float, **options: Any) -> None:
        self.stopping = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        schedule_sweep()
        _interrupt_sweep()  # a cluster whose supervisor was killed would else sweep on before it ends
        cluster = _start()
        rung = 0.0
        while not self.stopping:
            time.sleep(0.5)
            if not cluster.is_running or (cluster.age > START_TAKES_S and _stands_still()):
                log.warning(
                    "the cluster %s; starting afresh", "stands still" if cluster.is_running else "has ended"
                )
                cluster.kill_group()
                if cluster.age < TOO_SOON_S:  # it would only end again: don't wear out the machine
                    time.sleep(TOO_SOON_S)
                cluster = _start()
            elif _beat(workers.SWEEP) > RING_AFTER_S and time.monotonic() - rung > RING_AFTER_S:
                rung = time.monotonic()
                _ring()
        _end(cluster, grace)

    def _on_signal(self, *_: object) -> None:
        self.stopping = True


def schedule_sweep() -> None:
    """Ring for the sweep every minute from inside the cluster too, for one that runs without this watch."""
    every_minute = {
        "func": "studio.jobs.sweep",
        "schedule_type": Schedule.MINUTES,
        "minutes": 1,
        "repeats": -1,
    }
    # Two hosts that start at once may make two, which does no harm: one sweep runs at a time.
    if not Schedule.objects.filter(name="sweep").exists():
        Schedule.objects.create(name="sweep", **every_minute)


def _start() -> Child:
    return Child("cluster", [*MANAGE, "cluster"], output=sys.stderr)  # where our own lines go


def _stands_still() -> bool:
    """The sweep may have to wait while all workers are at long jobs, but those beat as well."""
    return _beat(workers.SWEEP) > STALE_AFTER_S and _beat(workers.JOBS) > STALE_AFTER_S


def _beat(name: str) -> float:
    """Seconds since the last beat; 0 while the database can't tell: no fault of the cluster."""
    try:
        close_old_connections()
        seconds = workers.seconds_since_beat(name)
    except (DatabaseError, InterfaceError):
        return 0
    return 1e9 if seconds is None else seconds


def _ring() -> None:
    try:
        async_task("studio.jobs.sweep")
    except (DatabaseError, InterfaceError):
        log.warning("the database did not take the ring")


def _end(cluster: Child, grace: float) -> None:
    """Let what runs come to its end, within bounds: whatever is cut off is taken up again later."""
    _interrupt_sweep()
    cluster.stop(grace)


def _interrupt_sweep() -> None:
    """Whoever sweeps stops now instead of at the end of its slice; a supervisor rings for the next one."""
    try:
        workers.interrupt(workers.SWEEP)
    except (DatabaseError, InterfaceError):
        log.warning("the database did not take the farewell")
