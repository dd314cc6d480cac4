"""When everybody's allowances are looked through: a chain of jobs, each with some people.

One row says up to which month everybody is settled, and when the next run is due. A run that dies is rung for
again from the start; two at once do the same twice, which changes nothing.
"""

import time
from datetime import date, datetime, timedelta

from django_q.tasks import async_task

from studio.models import Lease
from studio.models.clock import db_now
from studio.services import team

JOB = "studio.jobs.grant_allowances"
LEASE = "allowances"  # its holder is the month up to which everybody is settled
AGAIN_AFTER = timedelta(minutes=10)  # when nobody came back from a run
EVERY = timedelta(hours=1)  # for who was let in again, and for a team that changed its time zone
LOOK_EVERY_S = 60

_looked = float("-inf")


def look() -> None:
    """Ring for what is due; the database is asked once a minute at most."""
    global _looked
    if time.monotonic() >= _looked + LOOK_EVERY_S:
        _looked = time.monotonic()
        ring_due()


def ring_due() -> bool:
    """Ring for a run over all people when one is due: each hour, and when a month begins."""
    now = db_now()
    lease = Lease.objects.filter(name=LEASE).first()
    if lease is None:
        Lease.objects.get_or_create(name=LEASE, defaults={"until": now})
        return False
    if lease.until and now < lease.until <= now + EVERY:
        return False  # what lies further ahead was written before the clock was set back
    until = now + AGAIN_AFTER
    if not Lease.objects.filter(pk=lease.pk, until=lease.until).update(until=until):
        return False  # somebody else was first
    _ring_first(until)
    return True


def ring() -> None:
    """Ring for a run now, as when a rule begins this month: one that is under way may have passed some."""
    until = db_now() + AGAIN_AFTER
    Lease.objects.update_or_create(name=LEASE, defaults={"until": until})
    _ring_first(until)


def _ring_first(until: datetime) -> None:
    ring_next(team.calendar().this_month().isoformat(), until.isoformat(), 0)


def ring_next(month: str, ticket: str, after: int) -> None:
    """Let the run go on with the people after this one."""
    async_task(JOB, month, ticket, after)


def finish(month: date, ticket: str) -> None:
    """Everybody is settled up to this month, unless a run was rung for meanwhile or somebody was left out."""
    due = min(team.calendar().start(team.month_after(month)), db_now() + EVERY)
    run = Lease.objects.filter(name=LEASE, until=datetime.fromisoformat(ticket))
    run.update(holder=month.isoformat(), until=due)


def spoil() -> None:
    """The run at hand may not end well: there will be another one soon."""
    Lease.objects.filter(name=LEASE).update(until=db_now() + AGAIN_AFTER)


def settled_up_to(month: date) -> date | None:
    """The month up to which everybody was settled; None when nobody knows, as before the first run, or when
    the clock was set back since the last."""
    holder = Lease.objects.filter(name=LEASE).values_list("holder", flat=True).first()
    done = date.fromisoformat(holder) if holder else None
    return done if done and done <= month else None
