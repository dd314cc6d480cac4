"""Whose clock it is: a person's own time zone, or the team's."""

from zoneinfo import ZoneInfo

from accounts.models import User
from studio.models import Team


def _zone(name: str) -> ZoneInfo:
    """UTC for a name that this machine does not know (any more)."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return ZoneInfo("UTC")


def zone_of(user: User) -> ZoneInfo:
    """The zone that the person chose, else the team's."""
    name = user.time_zone or Team.objects.filter(pk=1).values_list("time_zone", flat=True).first()
    return _zone(name or "UTC")
