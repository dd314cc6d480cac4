"""Is the studio well? For monitors, which may ask every few seconds; nothing in it is secret.

Not for a load balancer: a web server is no worse for it that no worker beats or that the books are not right.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError
from django.db.models import Max, Min, Q

from studio.models import AuditState, Lease, Task, TaskEvent
from studio.models.clock import db_now
from studio.services import audit, lines, providers, workers

BEAT_TOO_OLD = timedelta(seconds=60)  # a frozen cluster is replaced within 30 s
WAITS_TOO_LONG = timedelta(minutes=2)
AUDIT_TOO_OLD = timedelta(hours=3)  # it is made every hour

Status = Task.Status
DATABASE, WORKERS, WAITING, AUDIT = "database", "workers", "waiting", "audit"


@dataclass(frozen=True)
class Health:
    """Ages in seconds; None where there is nothing that could have one."""

    database: bool = True
    beat_age: float | None = None
    oldest_waiting: float | None = None  # also of an order that has good reasons to wait
    line_stands: float | None = None  # for so long an order could have been sent, and nothing moved
    audit_age: float | None = None
    problems: list[str] = field(default_factory=list)


def check() -> Health:
    """What `/healthz` tells."""
    try:
        return _look(db_now())
    except (DatabaseError, InterfaceError):
        return Health(database=False, problems=[DATABASE])


def _look(now: datetime) -> Health:
    beat = _seconds(now, _last_beat())
    line_stands = max(_standing_lines(now), default=None)
    books = AuditState.objects.filter(name=audit.BOOKS).first()
    sound = {
        WORKERS: beat is not None and beat <= BEAT_TOO_OLD.total_seconds(),
        WAITING: line_stands is None or line_stands <= WAITS_TOO_LONG.total_seconds(),
        AUDIT: books is None or _is_sound(books, now),
    }
    return Health(
        beat_age=beat,
        oldest_waiting=_seconds(now, _oldest_waiting()),
        line_stands=line_stands,
        audit_age=_seconds(now, books.clean_at if books else None),
        problems=[name for name, is_sound in sound.items() if not is_sound],
    )


def _seconds(now: datetime, moment: datetime | None) -> float | None:
    return None if moment is None else max(0.0, round((now - moment).total_seconds(), 1))


def _last_beat() -> datetime | None:
    """Of the sweep, or of a long job that keeps the sweep waiting."""
    beats = Lease.objects.filter(name__in=(workers.SWEEP, workers.JOBS))
    return beats.aggregate(last=Max("beat_at"))["last"]


def _oldest_waiting() -> datetime | None:
    waiting = Task.objects.filter(status=Status.QUEUED, parked=False)
    return waiting.aggregate(oldest=Min("created_at"))["oldest"]


def _is_sound(books: AuditState, now: datetime) -> bool:
    """A studio whose first audit is still to come has as long for it as for any other."""
    return not books.broken and now - (books.clean_at or books.since) <= AUDIT_TOO_OLD


def _standing_lines(now: datetime) -> list[float]:
    """For each provider's line with an order that could be sent: the seconds since anything changed there."""
    found = []
    for provider, state in providers.states():
        if not lines.takes_orders(state, now):
            continue
        if lines.places_taken(provider.name, now) >= state.in_flight_limit:
            continue
        task = lines.next_in_line(provider.name, now).only("created_at", "send_after").first()
        if task is not None:
            since = (task.created_at, task.send_after, state.paused_until, _last_move(provider.name))
            found.append((now - max(filter(None, since))).total_seconds())
    return [max(0.0, round(seconds, 1)) for seconds in found]


def _last_move(provider: str) -> datetime | None:
    """When an order of the provider last took a place, left one, or came back from being held.

    From the newest event backwards, past any number of new orders: where a line moves, a few rows.
    """
    moves = (Status.HELD, *Task.IN_FLIGHT)
    events = TaskEvent.objects.filter(Q(old__in=moves) | Q(new__in=moves), task__provider=provider)
    return events.order_by("-pk").values_list("at", flat=True).first()
