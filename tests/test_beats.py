"""Signs of life of long jobs, and what the supervisor makes of them."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, InterfaceError

from studio import beats, jobs
from studio.management.commands import work
from studio.models import Lease
from studio.services import workers
from tests.factories import earlier
from tests.running import wait_for

LONG = timedelta(seconds=work.STALE_AFTER_S + 1)


@pytest.mark.django_db(transaction=True)  # the supervisor closes connections
def test_a_cluster_whose_workers_are_all_at_long_jobs_is_not_frozen() -> None:
    workers.take(workers.SWEEP, "me")
    earlier(Lease.objects.get(name=workers.SWEEP), beat_at=LONG)
    assert work._stands_still()
    workers.beat(workers.JOBS)
    assert not work._stands_still()
    earlier(Lease.objects.get(name=workers.JOBS), beat_at=LONG)
    assert work._stands_still()


@pytest.mark.django_db(transaction=True)
def test_a_long_job_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "BEAT_S", 0.01)
    with jobs.at_work():
        while workers.seconds_since_beat(workers.JOBS) is None:
            pass


@pytest.mark.parametrize("fault", [DatabaseError, InterfaceError])
def test_a_database_that_is_busy_or_away_ends_no_signs_of_life(fault: type[Exception]) -> None:
    tries: list[int] = []

    def fail() -> None:
        tries.append(1)
        raise fault

    with beats.every(0.001, fail):
        wait_for(lambda: len(tries) >= 3, within=5, every=0.001)
