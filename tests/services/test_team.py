"""The team's months, and its settings."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django_q.models import OrmQ

from accounts.models import TrailEvent, User
from studio.models import CreditSum, SumMark, Team
from studio.services import spending, sums, team
from studio.services.team import Calendar, month_after, month_before


@pytest.mark.parametrize(
    ("zone", "hour", "month"),
    [("UTC", 23, 1), ("Pacific/Auckland", 10, 1), ("Pacific/Auckland", 11, 2), ("America/New_York", 23, 1)],
)
def test_a_month_begins_at_midnight_where_the_team_is(zone: str, hour: int, month: int) -> None:
    moment = datetime(2027, 1, 31, hour, tzinfo=UTC)
    assert Calendar(ZoneInfo(zone)).month_of(moment) == date(2027, month, 1)


def test_a_start_is_the_first_moment_of_its_month() -> None:
    calendar = Calendar(ZoneInfo("Europe/Berlin"))
    assert calendar.start(date(2027, 7, 1)) == datetime(2027, 6, 30, 22, tzinfo=UTC)
    assert calendar.month_of(calendar.start(date(2027, 7, 1))) == date(2027, 7, 1)


def test_months_follow_each_other_over_the_year() -> None:
    month = date(2026, 1, 1)
    for _ in range(24):
        assert month_before(month_after(month)) == month
        month = month_after(month)
    assert month == date(2028, 1, 1)


def test_what_changes_is_in_the_trail_and_what_does_not_is_not(owner: User) -> None:
    assert team.change(by=owner, time_zone="Asia/Tokyo", low_person=20)
    assert not team.change(by=owner, time_zone="Asia/Tokyo")
    [line] = TrailEvent.objects.filter(what="team")
    assert (line.actor, line.facts) == (owner, {"time_zone": {"old": "UTC", "new": "Asia/Tokyo"}})
    assert Team.get().time_zone == "Asia/Tokyo"
    assert str(team.calendar().zone) == "Asia/Tokyo"


def test_with_another_time_zone_all_sums_are_made_anew(owner: User, member: User) -> None:
    """By the job, and meanwhile the page sums everything itself."""
    SumMark.objects.create(name="entries", up_to=10**9)
    CreditSum.objects.create(month=date(2026, 1, 1), user=member, kind="charge", amount=-5, entries=1)
    assert spending.summary(spending.period(date(2026, 1, 1))).total.spent == 5
    team.change(by=owner, low_person=7)
    assert CreditSum.objects.exists()
    assert OrmQ.objects.count() == 0
    team.change(by=owner, time_zone="Asia/Tokyo")
    assert not CreditSum.objects.exists()
    assert set(SumMark.objects.values_list("up_to", flat=True)) == {0}
    [job] = OrmQ.objects.all()
    assert job.func() == sums.ADD_JOB
    assert spending.summary(spending.period(date(2026, 1, 1))).total.spent == 0
