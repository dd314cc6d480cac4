"""When the rows of sessions that are over are taken away: once a day."""

import time
from datetime import timedelta

from django_q.tasks import async_task

from studio.models import Lease
from studio.models.clock import db_now

JOB = "accounts.jobs.clear_sessions"
LEASE = "old sessions"
EVERY = timedelta(days=1)
LOOK_EVERY_S = 600
AT_ONCE = timedelta(minutes=1)  # who looked a moment before the first sees a time a little further ahead

_looked = float("-inf")


def look() -> None:
    """Ring when it is due; each process asks the database every ten minutes at most."""
    global _looked
    if time.monotonic() >= _looked + LOOK_EVERY_S:
        _looked = time.monotonic()
        ring_due()


def ring_due() -> bool:
    """Ring once a day. A job that dies leaves the rows to the next day's: they open nothing."""
    now = db_now()
    lease = Lease.objects.get_or_create(name=LEASE, defaults={"until": now + EVERY})[0]
    if lease.until and now < lease.until <= now + EVERY + AT_ONCE:
        return False  # what lies further ahead was written before the clock was set back
    if not Lease.objects.filter(pk=lease.pk, until=lease.until).update(until=now + EVERY):
        return False  # somebody else was first
    async_task(JOB)
    return True
