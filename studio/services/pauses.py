"""The one switch that stops all spending: nothing is ordered, and what waits is not sent.

What was sent already goes on: it is paid for. Orders in doubt go on being proved.
"""

from django.db import transaction
from django.db.models import Q

from accounts.models import TrailEvent, User
from studio.errors import Refusal, TooLate
from studio.models import ProviderState, Team
from studio.models.clock import db_now
from studio.services import providers


class Paused(Refusal):
    """All spending is paused."""

    def __init__(self, team: Team) -> None:
        super().__init__(f"{told(team)} Nothing was ordered, and what you wrote is kept.")
        self.team = team


def current() -> Team | None:
    """The team while spending is paused, with who paused it; else None."""
    return Team.objects.filter(pk=1, paused_at__isnull=False).select_related("paused_by").first()


def is_paused() -> bool:
    """For who holds a provider's row: `pause` waits for them, so that nothing is claimed after it."""
    return Team.objects.filter(pk=1, paused_at__isnull=False).exists()


def check() -> None:
    """Raises Paused."""
    if team := current():
        raise Paused(team)


def told(team: Team) -> str:
    """Who paused, and why."""
    why = team.pause_reason.strip()
    end = "" if not why or why.endswith((".", "!", "?")) else "."
    return f"{team.paused_by} has paused all spending{': ' if why else '.'}{why}{end}"


@transaction.atomic
def pause(*, by: User, reason: str = "") -> None:
    """Stop all spending. Raises TooLate when it is paused already.

    The providers' rows come first, as everywhere: a claim holds one until it is committed. So each claim
    either comes before this commit, or sees the pause.
    """
    for name in sorted({*providers.enabled(), *ProviderState.objects.values_list("name", flat=True)}):
        providers.lock(name)
    Team.get()
    changes = {"paused_at": db_now(), "paused_by": by, "pause_reason": reason[:200]}
    if not Team.objects.filter(pk=1, paused_at=None).update(**changes):
        raise TooLate("Spending is paused already.")
    TrailEvent.objects.write(TrailEvent.What.PAUSED, by=by, paused=True)


@transaction.atomic
def resume(*, by: User) -> None:
    """Let everything go on. Raises TooLate when nothing is paused. The sweep rings for what waits."""
    now = db_now()
    # Lines begin to move now: nobody may think that they stood still for as long as the pause was.
    earlier = Q(paused_until=None, failures=0) | Q(paused_until__lt=now)
    for name in sorted(ProviderState.objects.values_list("name", flat=True)):
        providers.lock(name)
    ProviderState.objects.filter(earlier).update(paused_until=now)
    paused = Team.objects.filter(pk=1, paused_at__isnull=False)
    if not paused.update(paused_at=None, paused_by=None, pause_reason=""):
        raise TooLate("Spending is not paused.")
    TrailEvent.objects.write(TrailEvent.What.PAUSED, by=by, paused=False)
