"""The team as a whole: its settings, and the months that limits and allowances go by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.models import TrailEvent, User
from studio.models import Team
from studio.models.clock import db_now
from studio.services import sums

# What owners change on the page of settings.
SETTINGS = ("time_zone", "low_person", "low_provider")


@dataclass(frozen=True)
class Calendar:
    """Months begin at midnight where the team is. A month is named by its first day."""

    zone: ZoneInfo

    def month_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date().replace(day=1)

    def start(self, month: date) -> datetime:
        return datetime(month.year, month.month, 1, tzinfo=self.zone)

    def this_month(self) -> date:
        """By the database's clock, which is one for all machines."""
        return self.month_of(db_now())


def calendar() -> Calendar:
    """The team's own, as its settings are now."""
    return Calendar(ZoneInfo(Team.settings().time_zone))


def month_after(month: date) -> date:
    """The first day of the next month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def month_before(month: date) -> date:
    """The first day of the month before."""
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


def lock() -> Team:
    """Lock the team's row for this transaction: the last of all that are locked together."""
    Team.get()
    return Team.objects.select_for_update().get(pk=1)


@transaction.atomic
def change(*, by: User, **settings: str | int) -> bool:
    """Change settings of the team (see SETTINGS); False when they were like that already."""
    team = lock()
    old = {name: getattr(team, name) for name in SETTINGS if name in settings}
    new = {name: settings[name] for name in old if settings[name] != old[name]}
    if not new:
        return False
    Team.objects.filter(pk=team.pk).update(**new)
    if "time_zone" in new:
        sums.begin_anew()  # their months begin at other moments now
    facts: dict[str, Any] = {name: {"old": old[name], "new": value} for name, value in new.items()}
    TrailEvent.objects.write(TrailEvent.What.TEAM, by=by, **facts)
    return True
