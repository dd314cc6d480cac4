"""The audit trail as its readers want it: found again, in words, and as a file."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from accounts.models import TrailEvent, User
from accounts.services.trail_sentences import name_of, sentence

COLUMNS = ("at", "kind", "what", "by", "by_name", "about", "about_name", "address", "facts")
CHUNK = 2000
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # a spreadsheet would run these


def lines(
    *,
    what: str = "",
    person: User | None = None,
    since: date | None = None,
    until: date | None = None,
    address: str = "",
    q: str = "",
) -> QuerySet[TrailEvent]:
    """The lines of a kind, of a person (who did it, or whom it is about), of days, of an address or of the
    beginning of one, and with these words among their facts; newest first."""
    rows = TrailEvent.objects.select_related("actor", "subject").order_by("-pk")
    if what:
        rows = rows.filter(what=what)
    if person:
        rows = rows.filter(Q(actor=person) | Q(subject=person))
    if since:
        rows = rows.filter(at__gte=_midnight(since))
    if until:
        rows = rows.filter(at__lt=_midnight(until + timedelta(days=1)))
    if address:
        rows = rows.alias(place=Cast("address", TextField())).filter(place__startswith=address)
    for word in q.split():
        rows = rows.alias(words=Cast("facts", TextField())).filter(words__icontains=word)
    return rows


def told(events: Iterable[TrailEvent]) -> list[tuple[TrailEvent, str]]:
    """Each with what it says in words."""
    return [(event, sentence(event)) for event in events]


def export(*, by: User, **filters: Any) -> Iterator[str]:
    """The lines of a CSV file with what `lines` finds. That it was made stands in the trail before its first
    line leaves, and is none of them."""
    facts: dict[str, Any] = {
        name: _plain(value) for name, value in filters.items() if value and name != "what"
    }
    if kind := filters.get("what"):
        facts["kind"] = kind
    event = TrailEvent.objects.write(TrailEvent.What.EXPORT, by=by, what="trail", **facts)
    return _csv(lines(**filters).filter(pk__lt=event.pk))


def _csv(events: QuerySet[TrailEvent]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for event in events.iterator(chunk_size=CHUNK):
        yield writer.writerow([_harmless(cell) for cell in _cells(event)])


def _cells(event: TrailEvent) -> list[str]:
    return [
        event.at.astimezone(UTC).isoformat(timespec="seconds"),
        event.what,
        sentence(event),
        str(event.actor_id or ""),
        name_of(event.actor) if event.actor else "",
        str(event.subject_id or ""),
        name_of(event.subject) if event.subject else "",
        event.address or "",
        json.dumps(event.facts, ensure_ascii=False, sort_keys=True),
    ]


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, line: str) -> str:
        return line


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _plain(value: Any) -> str | int:
    """A filter as a fact: short, and of a person only the number."""
    if isinstance(value, User):
        return value.pk
    return value.isoformat() if isinstance(value, date) else str(value)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=timezone.get_current_timezone())
