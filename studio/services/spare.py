"""Workers that are spared for what nobody paid for. The others are left to the orders, and to the sweep.

Two for each kind, or one while the other kind is at work, too. Nothing is locked for that: when several begin
in the same moment it may be one more for a while.
"""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from studio.models import Conversion, Import

AT_ONCE = 2
RING_AGAIN = timedelta(seconds=10)

Kind = type[Conversion] | type[Import]


def first_due(kind: Kind, now: datetime) -> datetime:
    """When to begin with a new row: now, which its maker rings for, or once the sweep finds room for it."""
    return now if room(kind, now) else now - RING_AGAIN


def take_due(kind: Kind, now: datetime) -> list[int]:
    """The rows that nobody works at and that may begin: whoever gets them here rings for them."""
    due = _waiting(kind).filter(due_at__lte=now - RING_AGAIN)
    first = list(due.order_by("due_at", "pk").values_list("pk", flat=True)[:AT_ONCE])
    may_begin = first[: room(kind, now)] if first else []
    return [pk for pk in may_begin if due.filter(pk=pk).update(due_at=now)]


def room(kind: Kind, now: datetime, *, rung: bool = True) -> int:
    """How many more may begin. Those count that are at work and, unless told, those that were rung for."""
    other: Kind = Import if kind is Conversion else Conversion
    at_once = 1 if _busy(other, now, rung).exists() else AT_ONCE
    return max(at_once - _busy(kind, now, rung).count(), 0)


def put_back(kind: Kind, pk: int, now: datetime) -> None:
    """It was rung for, and there is no room for it after all: the sweep rings again."""
    _waiting(kind).filter(pk=pk).update(due_at=now - RING_AGAIN)


def _waiting(kind: Kind) -> "QuerySet[Conversion] | QuerySet[Import]":
    if kind is Import:
        return Import.objects.filter(status=Import.Status.WAITING)
    return Conversion.objects.filter(problem="")


def _busy(kind: Kind, now: datetime, rung: bool) -> "QuerySet[Conversion] | QuerySet[Import]":
    # What was put off has a time to come as well, but no claim.
    at_work = Q(due_at__gt=now, claims__gt=0)
    lately = Q(due_at__gt=now - RING_AGAIN, due_at__lte=now)
    return _waiting(kind).filter(at_work | lately if rung else at_work)
