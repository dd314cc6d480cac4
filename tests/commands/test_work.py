"""The watch over the cluster; kills and freezes are in tests/test_kill.py."""

from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.utils.module_loading import import_string
from django_q.models import OrmQ, Schedule
from django_q.scheduler import scheduler

from studio import jobs
from studio.management.commands import work
from studio.management.commands.work import schedule_sweep
from studio.services import workers

# The scheduler closes the connections of the process it runs in.
pytestmark = pytest.mark.django_db(transaction=True)


def test_the_cluster_itself_rings_for_the_sweep_every_minute() -> None:
    for _ in range(2):
        schedule_sweep()
    scheduler()
    [row] = OrmQ.objects.all()
    assert import_string(row.task["func"]) is jobs.sweep
    plan: Any = Schedule.objects.get()
    scheduler()
    assert OrmQ.objects.count() == 1  # not again before its minute is over
    assert (plan.schedule_type, plan.minutes, plan.repeats) == (Schedule.MINUTES, 1, -1)


@pytest.mark.parametrize("fault", [OperationalError, InterfaceError])
def test_the_watch_outlives_a_database_that_is_away(fault: type[Exception]) -> None:
    def away(*_: Any) -> None:
        raise fault("connection already closed")

    with connection.execute_wrapper(away):
        work._ring()
        work._interrupt_sweep()
        assert work._beat(workers.SWEEP) == 0, "no fault of the cluster"
