"""Limits: what counts, what warns, what blocks, and how each is set."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from studio.models import Limit, Notice, Project, Task, Team
from studio.models.clock import db_now
from studio.services import credits, limits, standings, tasks
from tests.conftest import Order, person
from tests.factories import PRICE

DAY, MONTH = Limit.Period.DAY, Limit.Period.MONTH
WARN, BLOCK = Limit.Action.WARN, Limit.Action.BLOCK


@pytest.fixture
def put(owner: User) -> Callable[..., Limit]:
    def put(height: int, *, period: str = DAY, action: str = BLOCK, **whose: Any) -> Limit:
        return limits.put(by=owner, credits=height, period=period, action=action, **whose)

    return put


Put = Callable[..., Limit]


# -- What is blocked ------------------------------------------------------------------------------


@pytest.mark.parametrize("whose", ["user", "project", "team"])
@pytest.mark.parametrize("period", [DAY, MONTH])
def test_a_block_lets_pass_what_fits_and_nothing_more(
    whose: str, period: str, put: Put, order: Order, member: User, project: Project
) -> None:
    scope: dict[str, Any] = {"user": {"user": member}, "project": {"project": project}, "team": {}}[whose]
    put(2 * PRICE, period=period, **scope)
    order(takes=2)
    before = credits.balance(member)
    with pytest.raises(limits.Blocked):
        order()
    assert (Task.objects.count(), credits.balance(member)) == (2, before)


def test_the_whole_order_counts_with_all_its_takes(put: Put, order: Order, member: User) -> None:
    put(3 * PRICE, user=member)
    with pytest.raises(limits.Blocked):
        order(takes=4)
    assert len(order(takes=3)) == 3


def test_what_came_back_does_not_count(put: Put, order: Order, member: User) -> None:
    put(PRICE, user=member)
    tasks.cancel(order()[0], by=member)
    assert order()


def test_the_same_form_again_is_no_new_order(put: Put, order: Order, member: User) -> None:
    put(PRICE, user=member)
    key = uuid.uuid4()
    assert order(form_key=key) == order(form_key=key)


def test_free_orders_pass(put: Put, order: Order, member: User, project: Project) -> None:
    put(0)
    assert limits.check_order(member, project, 0, db_now()) == []


def test_limits_of_others_do_not_count(
    put: Put, order: Order, member: User, editor: User, stranger: User
) -> None:
    put(0, user=editor)
    put(0, project=Project.objects.create(name="Elsewhere", owner=stranger))
    assert order()


def test_what_a_person_spends_elsewhere_counts_for_them_and_the_team(
    put: Put, order: Order, member: User
) -> None:
    order(project=Project.objects.create(name="Another", owner=member))
    put(PRICE, user=member)
    with pytest.raises(limits.Blocked, match="You have spent 10 of 10 credits today"):
        order()


def test_the_refusal_says_which_how_much_until_when_and_who(
    put: Put, order: Order, owner: User, project: Project
) -> None:
    Team.get()
    Team.objects.update(time_zone="Europe/Berlin")
    put(PRICE, project=project, period=MONTH)
    order()
    with pytest.raises(limits.Blocked) as refusal:
        order()
    said = refusal.value.message
    assert f"In {project}, 10 of 10 credits are spent this month." in said
    assert "Olga Owner can lift it." in said
    after = standings.spans_at(db_now())[MONTH].ends
    assert (
        f"This costs 10, and nothing more can be spent until {after:%-d %B}, 0:00 ({after.tzname()})." in said
    )


def test_of_several_blocks_the_tightest_is_named(put: Put, order: Order, member: User) -> None:
    put(15, user=member)
    put(12, user=member, period=MONTH)
    order()
    with pytest.raises(limits.Blocked, match="10 of 12 credits this month"):
        order()


def test_owners_who_left_are_not_named(put: Put, order: Order, owner: User, member: User) -> None:
    person("paul@example.org", "owner", "Paul")
    put(0)
    User.objects.filter(pk=owner.pk).update(is_active=False)
    with pytest.raises(limits.Blocked, match=r"\)\. Paul can lift it"):
        order()


# -- Days and months ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "moment", "day", "ends"),
    [
        ("UTC", "2026-03-31T23:59:59", "2026-03-31", "2026-04-01T00:00"),
        ("Europe/Berlin", "2026-03-28T23:30:00", "2026-03-29", "2026-03-29T22:00"),  # 23 hours long
        ("Europe/Berlin", "2026-10-24T22:00:00", "2026-10-25", "2026-10-25T23:00"),  # 25 hours long
        ("America/Santiago", "2026-09-06T03:59:00", "2026-09-05", "2026-09-06T04:00"),  # no midnight
        ("Pacific/Kiritimati", "2026-12-31T10:00:00", "2027-01-01", "2027-01-01T10:00"),
        ("No/Where", "2026-01-01T00:00:00", "2026-01-01", "2026-01-02T00:00"),
    ],
)
def test_days_are_those_of_the_team(zone: str, moment: str, day: str, ends: str, db: None) -> None:
    Team.get()
    Team.objects.update(time_zone=zone)
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    span = standings.spans_at(at)[DAY]
    assert span.first.isoformat() == day
    assert span.ends.astimezone(UTC) == datetime.fromisoformat(ends).replace(tzinfo=UTC)
    month = standings.spans_at(at)[MONTH]
    assert month.begins <= span.begins <= at < span.ends <= month.ends
    assert month.first == span.first.replace(day=1)
    assert (month.ends - timedelta(hours=3)).month == month.first.month


def test_another_day_begins_anew_and_the_month_goes_on(put: Put, order: Order, member: User) -> None:
    put(PRICE, user=member)
    put(2 * PRICE, user=member, period=MONTH)
    task = order()[0]
    spans = standings.spans_at(db_now())
    earlier = spans[DAY].begins - timedelta(seconds=1)
    if earlier < spans[MONTH].begins:  # on the first there is no day before in the month
        pytest.skip("on the first of a month")
    Task.objects.filter(pk=task.pk).update(created_at=earlier)
    order()
    Task.objects.update(created_at=earlier)
    with pytest.raises(limits.Blocked, match="20 of 20 credits this month"):
        order()


def test_tasks_tell_the_moment_that_was_counted(
    put: Put, order: Order, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[datetime] = []
    monkeypatch.setattr(limits, "check_order", lambda *args: seen.append(args[-1]) or [])
    assert {task.created_at for task in order(takes=2)} == set(seen)


# -- Warnings -------------------------------------------------------------------------------------


def test_a_warning_lets_pass_and_is_told_once(put: Put, order: Order, member: User, owner: User) -> None:
    put(15, user=member, action=WARN)
    order()
    assert not Notice.objects.filter(kind=Notice.Kind.LIMIT).exists()
    order()
    order()
    told = Notice.objects.filter(kind=Notice.Kind.LIMIT)
    assert {notice.user for notice in told} == {member, owner}
    assert told.count() == 2
    assert told[0].facts["used"] == 20


def test_a_block_that_is_full_is_told(put: Put, order: Order, member: User) -> None:
    put(PRICE, user=member)
    order()
    assert Notice.objects.filter(kind=Notice.Kind.LIMIT, user=member).exists()


# -- What forms show ------------------------------------------------------------------------------


def test_the_state_of_all_limits_of_an_order(
    put: Put, order: Order, member: User, project: Project, editor: User
) -> None:
    for number, scope in enumerate(({"user": member}, {"project": project}, {}), 1):
        put(100 * number, **scope)
    put(1, user=editor)
    order()
    states = limits.state_for(member, project)
    assert [(state.used, state.left) for state in states] == [(10, 90), (10, 190), (10, 290)]
    assert {state.span.first for state in states} == {standings.spans_at(db_now())[DAY].first}


def test_the_number_of_queries_is_the_same_for_any_number_of_limits(
    put: Put, order: Order, member: User, project: Project, owner: User
) -> None:
    put(100)
    order()
    with CaptureQueriesContext(connection) as few:
        assert len(limits.everywhere()) == 1
    for number in range(12):
        put(100, user=person(f"p{number}@example.org", "member", f"P {number}"))
        put(100, project=Project.objects.create(name=f"Project {number}", owner=owner))
    with CaptureQueriesContext(connection) as many:
        assert len(limits.everywhere()) == 25
    assert len(few) == len(many)


def test_without_limits_an_order_asks_once(member: User, project: Project) -> None:
    with CaptureQueriesContext(connection) as asked:
        limits.check_order(member, project, 10, db_now())
    assert len([query for query in asked if "limit" in query["sql"].lower()]) == 1
