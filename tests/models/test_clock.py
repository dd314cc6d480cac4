"""Leases go by the database's clock, so that a machine whose own is wrong ends nobody else's."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from studio.models import clock

HOUR = timedelta(hours=1)


@pytest.fixture
def wrong(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """This process is an hour early."""
    now = timezone.now() + HOUR
    monkeypatch.setattr(clock.timezone, "now", lambda: now)


@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_on_postgresql_a_wrong_clock_of_ours_does_no_harm(wrong: None) -> None:
    assert clock.db_now() < timezone.now() - HOUR / 2


@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_time_goes_on_within_a_transaction(db: None) -> None:
    assert connection.in_atomic_block
    assert clock.db_now() < clock.db_now()


@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_on_sqlite_all_processes_share_the_machine_s_clock(wrong: None) -> None:
    assert clock.db_now() == timezone.now()


def test_times_know_their_zone(db: None) -> None:
    assert clock.db_now().tzinfo is not None
