"""Leases of the worker processes, and the beat that shows they are alive."""

from datetime import timedelta

from django.db import transaction

from studio.models import Lease
from studio.models.clock import db_now

SWEEP = "sweep"
JOBS = "jobs"  # no lease: only a beat
LEASE = timedelta(seconds=5)  # a tick takes half a second


@transaction.atomic
def take(name: str, holder: str) -> bool:
    """Take the lease. False while somebody else holds it. A success is a beat."""
    lease = Lease.objects.select_for_update().get_or_create(name=name)[0]
    now = db_now()
    if lease.holder and lease.until and lease.until > now:
        return False
    lease.holder, lease.until, lease.beat_at = holder, now + LEASE, now
    lease.save(update_fields=["holder", "until", "beat_at"])
    return True


def renew(name: str, holder: str) -> bool:
    """Keep the lease, and beat. False when it was taken away, however long ago it ran out."""
    now = db_now()
    return bool(Lease.objects.filter(name=name, holder=holder).update(until=now + LEASE, beat_at=now))


def release(name: str, holder: str) -> bool:
    """Give the lease back. False when it was somebody else's meanwhile."""
    return bool(Lease.objects.filter(name=name, holder=holder).update(holder="", until=None))


def beat(name: str) -> None:
    """Show that a job is at work."""
    Lease.objects.update_or_create(name=name, defaults={"beat_at": db_now()})


def seconds_since_beat(name: str) -> float | None:
    """Age of the last beat; None when there never was one."""
    beat = Lease.objects.filter(name=name).values_list("beat_at", flat=True).first()
    return (db_now() - beat).total_seconds() if beat else None


def interrupt(name: str) -> None:
    """Make the holder stop at its next tick, however late; another may take over a moment later."""
    soon = db_now() + timedelta(seconds=2)
    Lease.objects.filter(name=name).update(holder="interrupted", until=soon)
