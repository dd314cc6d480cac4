"""When everybody's allowances are looked through: rung for once, and again when nobody came back."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django_q.models import OrmQ

from accounts.models import User
from studio import jobs
from studio.models import CreditEntry, Lease
from studio.services import allowance_rules, allowance_runs, allowances, credits, team
from tests.factories import ago
from tests.threads import at_once

pytestmark = pytest.mark.django_db


def begin(owner: User, **changes: Any) -> None:
    given = {"role": "member", "credits": 5, "carry_over": False, "next_month": False, "by": owner}
    allowance_rules.begin(**{**given, **changes})


def lease() -> Lease:
    return Lease.objects.get(name=allowance_runs.LEASE)


def due() -> None:
    Lease.objects.update_or_create(name=allowance_runs.LEASE, defaults={"until": ago(timedelta(seconds=1))})


def test_a_rule_of_this_month_rings_and_the_jobs_grant(
    owner: User, member: User, editor: User, run_jobs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two people at a time: the jobs lead on to each other."""
    monkeypatch.setattr(allowances, "AT_ONCE", 2)
    begin(owner)
    assert run_jobs() == 2
    assert (credits.balance(member), credits.balance(editor)) == (105, 105)
    month = team.calendar().this_month()
    assert allowance_runs.settled_up_to(month) == month
    assert not allowance_runs.ring_due()


def test_a_rule_of_the_next_month_rings_for_nothing(owner: User) -> None:
    begin(owner, next_month=True)
    assert not OrmQ.objects.exists()


def test_the_first_look_only_makes_the_row_and_the_second_rings(db: None) -> None:
    assert [allowance_runs.ring_due() for _ in range(3)] == [False, True, False]
    assert OrmQ.objects.count() == 1


def test_the_database_is_asked_once_a_minute(
    django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    due()
    Lease.objects.update(until=ago(-timedelta(minutes=30)))
    monkeypatch.setattr(allowance_runs, "_looked", float("-inf"))
    with django_assert_num_queries(2 if connection.vendor == "postgresql" else 1):  # its clock is another
        for _ in range(100):
            allowance_runs.look()


def test_a_run_that_never_ended_is_rung_for_again(owner: User, member: User, run_jobs: Any) -> None:
    begin(owner)
    OrmQ.objects.all().delete()
    assert not allowance_runs.ring_due()
    due()
    assert allowance_runs.ring_due()
    run_jobs()
    assert credits.balance(member) == 105


def test_what_lies_too_far_ahead_was_written_by_a_wrong_clock(db: None) -> None:
    due()
    Lease.objects.update(until=ago(-timedelta(days=300)), holder="2099-01-01")
    assert allowance_runs.settled_up_to(team.calendar().this_month()) is None
    assert allowance_runs.ring_due()


def test_a_run_that_another_was_rung_for_does_not_end_it(owner: User, member: User) -> None:
    begin(owner)
    first = OrmQ.objects.get().task["args"]
    begin(owner, user=owner, role="", next_month=False)
    jobs.grant_allowances(*first)
    assert lease().holder == ""
    jobs.grant_allowances(*OrmQ.objects.latest("pk").task["args"])
    assert lease().holder == team.calendar().this_month().isoformat()


def test_one_who_cannot_be_settled_keeps_nobody_waiting_but_the_end(
    owner: User, member: User, editor: User, monkeypatch: pytest.MonkeyPatch, run_jobs: Any
) -> None:
    begin(owner)
    settle = allowances.settle

    def broken(user: User, *args: Any) -> None:
        if user == member:
            raise ValueError("a bad row")
        settle(user, *args)

    monkeypatch.setattr(allowances, "settle", broken)
    run_jobs()
    assert (credits.balance(member), credits.balance(editor)) == (100, 105)
    assert lease().holder == ""
    monkeypatch.undo()
    due()
    allowance_runs.ring_due()
    run_jobs()
    assert (credits.balance(member), credits.balance(editor)) == (105, 105)
    assert lease().holder


@pytest.mark.django_db(transaction=True)
def test_of_many_that_look_at_once_one_rings(owner: User) -> None:
    due()
    assert sorted(at_once(allowance_runs.ring_due, 6)) == [False] * 5 + [True]
    assert OrmQ.objects.count() == 1


def test_all_is_quiet_without_any_rule(member: User, run_jobs: Any) -> None:
    due()
    allowance_runs.ring_due()
    assert run_jobs() == 1
    assert not CreditEntry.objects.filter(kind="allowance").exists()
