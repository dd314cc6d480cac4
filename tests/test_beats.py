"""Signs of life of long jobs, and what the supervisor makes of them."""

from datetime import timedelta

import pytest
from django.db import DatabaseError

from studio import beats, jobs
from studio.management.commands import work
from studio.models import Lease
from studio.services import workers
from tests.factories import earlier

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


def test_a_database_that_is_busy_ends_no_signs_of_life() -> None:
    tries: list[int] = []

    def fail() -> None:
        tries.append(1)
        raise DatabaseError

    with beats.every(0.001, fail):
        while len(tries) < 3:
            pass
