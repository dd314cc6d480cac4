"""What the team has spent, from the sums by month and from what lies beyond their mark.

Nothing is added to a month that is over and summed. Each process remembers such months, where they are long.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from studio.models import CreditEntry, CreditSum, SongSum, SumMark
from studio.services import sums
from studio.services.sums import CANCELLED, ENTRIES, SONGS

Kind = CreditEntry.Kind
# What a person paid and got back, and what the house bore; the provider's own side mirrors it.
KINDS = (Kind.CHARGE, Kind.REFUND, CANCELLED, Kind.LOSS)
SONG_OPERATIONS = ("create_music", "extend_music", "replace_music", "cover_music")
USUAL_MONTHS = 12
LONG = 2000  # entries of a month: shorter ones are quicker read than remembered
OVER_AFTER = timedelta(days=1)
MOST_REMEMBERED = 100


@dataclass(frozen=True)
class Period:
    """Whole months in the team's time zone, the last one with them."""

    since: date
    until: date
    zone: ZoneInfo

    @property
    def months(self) -> list[date]:
        steps = (self.until.year - self.since.year) * 12 + self.until.month - self.since.month
        return [sums.following(self.since, step) for step in range(steps + 1)]

    @property
    def start(self) -> datetime:
        return sums.starts(self.since, self.zone)

    @property
    def end(self) -> datetime:
        """When it is over: the first moment after it."""
        return sums.starts(sums.following(self.until), self.zone)


def period(since: date | None = None, until: date | None = None) -> Period:
    """The months from one to the other; the last twelve where none is named."""
    zone = sums.team_zone()
    until = until or max(since or date.min, sums.month_of(timezone.now(), zone))
    return Period(since or sums.following(until, 1 - USUAL_MONTHS), until, zone)


@dataclass
class Tally:
    """What orders cost."""

    charged: int = 0
    returned: int = 0
    lost: int = 0  # borne by the house: the person got it back, and the provider may have kept it
    orders: int = 0
    failed: int = 0
    song_cost: int = 0  # of orders that make songs, with what the house bore of them
    seconds: float = 0  # of finished songs

    @property
    def spent(self) -> int:
        return self.charged - self.returned

    @property
    def failed_share(self) -> float | None:
        return self.failed / self.orders if self.orders else None

    @property
    def minutes(self) -> int:
        return round(self.seconds / 60)

    @property
    def per_minute(self) -> float | None:
        return self.song_cost / self.seconds * 60 if self.seconds else None

    def add(self, kind: str, amount: int, entries: int, operation: str = "") -> None:
        """Count signed credits of `entries` lines of this kind; those of songs price a minute."""
        if kind == Kind.CHARGE:
            self.charged -= amount
            self.orders += entries
        elif kind in (Kind.REFUND, CANCELLED):
            self.returned += amount
            self.failed += entries if kind == Kind.REFUND else 0
        else:
            self.lost -= amount
        if operation in SONG_OPERATIONS:
            self.song_cost -= amount

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.charged + other.charged,
            self.returned + other.returned,
            self.lost + other.lost,
            self.orders + other.orders,
            self.failed + other.failed,
            self.song_cost + other.song_cost,
            self.seconds + other.seconds,
        )


Key = int | str | None
Tallies = dict[Any, Tally]


def _tallies() -> defaultdict[Any, Tally]:
    return defaultdict(Tally)


@dataclass
class Month:
    """What was spent in it by each key of each dimension, and by a person on a project."""

    by: dict[str, Tallies] = field(default_factory=lambda: defaultdict(_tallies))
    total: Tally = field(default_factory=Tally)
    entries: int = 0

    def add_who(self, person: Key, project: Key, kind: str, amount: int, entries: int) -> None:
        by = self.by
        for tally in (by["person"][person], by["project"][project], by["both"][person, project]):
            tally.add(kind, amount, entries)

    def add_what(self, operation: str, model: str, kind: str, amount: int, entries: int) -> None:
        self.entries += entries
        for tally in (self.total, self.by["operation"][operation], self.by["model"][model]):
            tally.add(kind, amount, entries, operation)

    def add_songs(self, operation: str, model: str, seconds: float) -> None:
        if operation in SONG_OPERATIONS:
            for tally in (self.total, self.by["operation"][operation], self.by["model"][model]):
                tally.seconds += seconds


class Summary:
    """Everything that the page shows of a period."""

    def __init__(self, period: Period, months: dict[date, Month]) -> None:
        self.period, self.months = period, months
        self.total = sum((month.total for month in months.values()), Tally())
        self.by = {name: self._together(name) for name in ("person", "project", "operation", "model", "both")}

    def _together(self, name: str) -> Tallies:
        found: Tallies = {}
        for month in self.months.values():
            for key, tally in month.by[name].items():
                found[key] = found[key] + tally if key in found else tally
        return found

    def spent(self, name: str, key: Key, month: date) -> int:
        tally = self.months[month].by[name].get(key)
        return tally.spent if tally else 0


def summary(asked: Period) -> Summary:
    """The sums and what lies beyond their mark. Read once more when the mark moved meanwhile: nothing may be
    counted twice. While all sums are made anew it moves faster than this reads, and is held."""
    return _read_free(asked) or _read_free(asked) or _read_alone(asked)


def _read_free(asked: Period) -> Summary | None:
    """None when what was read may not fit together."""
    before = _marks()
    found, over = _read(asked, before)
    if _marks() != before:
        return None
    _remember(found, over, before)
    return found


@transaction.atomic
def _read_alone(asked: Period) -> Summary:
    sums.lock()
    return _read(asked, _marks())[0]


@dataclass(frozen=True)
class Marks:
    at: dict[str, tuple[int, datetime | None]]
    first: int | None  # key of the first sum: other ones have taken its place when all were made anew
    zone: ZoneInfo  # by which the sums have their months, and what lies beyond gets them


def _marks() -> Marks:
    rows = SumMark.objects.values_list("name", "up_to", "at")
    first = CreditSum.objects.order_by("pk").values_list("pk", flat=True).first()
    return Marks({name: (up_to, at) for name, up_to, at in rows}, first, sums.team_zone())


_known: dict[tuple[date, str, int | None], Month] = {}


def _remember(found: Summary, over: set[date], marks: Marks) -> None:
    if len(_known) > MOST_REMEMBERED:
        _known.clear()
    long = {each: month for each, month in found.months.items() if each in over and month.entries >= LONG}
    _known.update({(each, str(marks.zone), marks.first): month for each, month in long.items()})


def _read(asked: Period, marks: Marks) -> tuple[Summary, set[date]]:
    """What was asked for, and the months of it to which nothing can be added any more."""
    asked = replace(asked, zone=marks.zone)  # somebody may have changed it since
    tails = {book: _Tail(book, marks.at.get(book.name, (0, None))[0], asked.zone) for book in sums.BOOKS}
    settled = min([timezone.now() - OVER_AFTER, *(tail.first for tail in tails.values() if tail.first)])
    over = {each for each in asked.months if sums.starts(sums.following(each), asked.zone) <= settled}
    months = {each: _known.get((each, str(asked.zone), marks.first)) for each in over}
    found = {each: month for each, month in months.items() if month}
    missing = {each: Month() for each in asked.months if each not in found}
    _read_sums(missing)
    for month, user, project, _, operation, model, kind, *figures in tails[ENTRIES].rows():
        if month in missing and kind in KINDS:
            missing[month].add_who(user, project, kind, *figures)
            missing[month].add_what(operation, model, kind, *figures)
    for month, _, _, _, operation, model, _, seconds in tails[SONGS].rows():
        if month in missing:
            missing[month].add_songs(operation, model, seconds)
    return Summary(asked, {**found, **missing}), over


def _read_sums(months: dict[date, Month]) -> None:
    known = CreditSum.objects.filter(month__in=months, kind__in=KINDS).order_by()
    figures = {"credits": Sum("amount"), "lines": Sum("entries")}
    for month, *who in known.values_list("month", "user", "project", "kind").annotate(**figures):
        months[month].add_who(*who)
    for month, *what in known.values_list("month", "operation", "model", "kind").annotate(**figures):
        months[month].add_what(*what)
    songs = SongSum.objects.filter(month__in=months).order_by()
    for month, *song in songs.values_list("month", "operation", "model").annotate(length=Sum("seconds")):
        months[month].add_songs(*song)


class _Tail:
    """What the sums do not hold yet, as they would."""

    def __init__(self, book: sums.Book, up_to: int, zone: ZoneInfo) -> None:
        self.book, self.up_to, self.zone = book, up_to, zone
        self.span = sums.span_of(book, sums.beyond(book, up_to))  # what came since has months of its own

    @property
    def first(self) -> datetime | None:
        return self.span.first if self.span else None

    def rows(self) -> Iterator[tuple[Any, ...]]:
        if self.span:
            yield from sums.grouped(self.book, self.up_to, self.span, self.zone)
