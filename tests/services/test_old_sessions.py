"""Rows of sessions that are over go once a day."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from django_q.models import OrmQ

from studio.models import Lease
from studio.services import old_sessions
from studio.sweep import Sweep
from tests.factories import ago
from tests.threads import at_once

DAY = timedelta(days=1)


def due(moment: Any = None) -> None:
    until = moment or ago(timedelta(seconds=1))
    Lease.objects.update_or_create(name=old_sessions.LEASE, defaults={"until": until})


@pytest.mark.django_db
def test_what_is_over_goes_and_the_rest_stays(run_jobs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(old_sessions, "_looked", float("-inf"))
    for key, ends in (("over", -DAY), ("open", DAY)):
        Session.objects.create(session_key=key, session_data="", expire_date=timezone.now() + ends)
    due()
    Sweep().ring()
    run_jobs()
    assert [each.pk for each in Session.objects.all()] == ["open"]


@pytest.mark.django_db
def test_it_is_rung_for_once_a_day() -> None:
    assert not old_sessions.ring_due()  # a new studio has none
    due()
    assert [old_sessions.ring_due() for _ in range(2)] == [True, False]
    assert ago(-DAY) - Lease.objects.get(name=old_sessions.LEASE).until < timedelta(minutes=1)
    due(ago(-3 * DAY))  # the clock was set back
    assert old_sessions.ring_due()


@pytest.mark.django_db
def test_the_database_is_asked_now_and_then_only(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(old_sessions, "_looked", float("-inf"))
    old_sessions.look()
    with django_assert_num_queries(0):
        old_sessions.look()


@pytest.mark.django_db(transaction=True)
def test_of_two_that_look_at_once_one_rings() -> None:
    due()
    assert sorted(at_once(old_sessions.ring_due, 2)) == [False, True]
    assert OrmQ.objects.count() == 1
