"""Limits and how they stand: what was spent in the day or month that they count."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet, Sum

from studio.models import Limit, LimitRaise, Task, Team
from studio.models.clock import db_now
from studio.services import notices

RETURNED = (Task.Status.FAILED, Task.Status.CANCELLED)

Period, Action = Limit.Period, Limit.Action


@dataclass(frozen=True)
class Span:
    """A day or a month where the team lives."""

    first: date
    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class State:
    """A limit, and how it stands."""

    limit: Limit
    used: int
    raised: int  # for this day or month alone
    span: Span

    @property
    def allowed(self) -> int:
        return self.limit.credits + self.raised

    @property
    def left(self) -> int:
        return max(self.allowed - self.used, 0)

    @property
    def blocks(self) -> bool:
        return self.limit.action == Action.BLOCK

    @property
    def now(self) -> str:
        return "today" if self.limit.period == Period.DAY else "this month"

    @property
    def sentence(self) -> str:
        """ "You have spent 95 of 100 credits today." For who spends by it."""
        if self.limit.project:
            return f"In {self.limit.project}, {self.used} of {self.allowed} credits are spent {self.now}."
        who = "You have" if self.limit.user_id else "The team has"
        return f"{who} spent {self.used} of {self.allowed} credits {self.now}."


def states_of(found: Sequence[Limit], at: datetime | None = None) -> list[State]:
    """How these limits stand, in the same number of queries for any number of them."""
    if not found:
        return []
    spans = spans_at(at or db_now())
    raised = _raised(found, spans)
    spent = _spent(found, spans)
    return [
        State(limit, spent.get(limit.pk, 0), raised.get(limit.pk, 0), spans[limit.period]) for limit in found
    ]


def spans_at(moment: datetime) -> dict[str, Span]:
    """The day and the month that the moment lies in, where the team lives."""
    named = Team.objects.filter(pk=1).values_list("time_zone", flat=True).first()
    zone = notices.zone_named(named or "")
    today = moment.astimezone(zone).date()
    first = today.replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    return {
        Period.DAY: _span(today, today + timedelta(days=1), zone),
        Period.MONTH: _span(first, after, zone),
    }


def _span(first: date, after: date, zone: ZoneInfo) -> Span:
    return Span(first, datetime.combine(first, time(), zone), datetime.combine(after, time(), zone))


def _raised(found: Sequence[Limit], spans: dict[str, Span]) -> dict[int, int]:
    now = Q()
    for period, span in spans.items():
        now |= Q(limit__period=period, period=span.first)
    rows = LimitRaise.objects.filter(now, limit__in=found).order_by()
    return dict(rows.values_list("limit").annotate(sum=Sum("credits")))


def _spent(found: Sequence[Limit], spans: dict[str, Span]) -> dict[int, int]:
    """Of each limit, by its key: what was ordered in its time and has not come back."""
    rows = _orders(found, spans).values("created_by", "project").order_by()
    sums = {period: Sum("price", filter=_within(span)) for period, span in spans.items()}
    groups: list[dict[str, Any]] = list(rows.annotate(**sums))  # type: ignore[arg-type]

    def of(limit: Limit) -> int:
        return sum(
            int(group[limit.period] or 0)
            for group in groups
            if limit.user_id in (None, group["created_by"]) and limit.project_id in (None, group["project"])
        )

    return {limit.pk: of(limit) for limit in found}


def _orders(found: Sequence[Limit], spans: dict[str, Span]) -> QuerySet[Task]:
    """What counts for any of the limits: as few rows as they need."""
    longest = Period.MONTH if any(limit.period == Period.MONTH for limit in found) else Period.DAY
    rows = Task.objects.filter(_within(spans[longest]), price__gt=0).exclude(status__in=RETURNED)
    if any(is_of_team(limit) for limit in found):
        return rows
    users = {limit.user_id for limit in found if limit.user_id}
    projects = {limit.project_id for limit in found if limit.project_id}
    return rows.filter(Q(created_by__in=users) | Q(project__in=projects))


def _within(span: Span) -> Q:
    return Q(created_at__gte=span.begins, created_at__lt=span.ends)


def is_of_team(limit: Limit) -> bool:
    """Whether it counts what everybody spends."""
    return limit.user_id is None and limit.project_id is None
