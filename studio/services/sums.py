"""Sums of the ledger and of finished songs by month, person, project, operation and model.

They are a cache. Entries are added in the order of their keys up to a mark, under a lock of the mark's row
and in the transaction that moves it: a job that runs twice or dies adds nothing twice and leaves nothing out.
What lies beyond the mark is summed when somebody looks: the two together are always the whole ledger.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, models, transaction
from django.db.models import (
    Aggregate,
    Case,
    Count,
    DateField,
    FilteredRelation,
    Max,
    Min,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, NullIf, Substr
from django_q.tasks import async_task

from studio.models import Clip, CreditEntry, CreditSum, SongSum, SumMark, Task, Team
from studio.models.clock import db_now

ADD_JOB = "studio.jobs.add_up"
EVERY = timedelta(minutes=1)
# On PostgreSQL a transaction with a smaller key may end after one with a greater key; none lasts that long.
SETTLED_AFTER = timedelta(minutes=10)
CHUNK = 20_000  # rows of one transaction
RUN_FOR_S = 40
# A refund of an order that somebody cancelled: only the others tell of failures.
CANCELLED = "cancelled"
Kind = CreditEntry.Kind


@dataclass(frozen=True, eq=False)
class Book:
    """What is added up, by what, and where to."""

    name: str
    rows: type[models.Model]
    moment: str
    sums: type[models.Model]
    keys: Mapping[str, Any]  # column of the sums, after the month -> what it is of a row
    figures: Mapping[str, Aggregate]


ORDER = "of_order"  # what `with_orders` calls a row's task


def _of_task(name: str) -> Coalesce:
    return Coalesce(f"{ORDER}__{name}", Value(""))


def model_of(task: str) -> Substr:
    """The provider's model that an order named, or ""."""
    return Substr(Coalesce(KeyTextTransform("mv", f"{task}__params"), Value("")), 1, 80)


ENTRIES = Book(
    "entries",
    CreditEntry,
    "at",
    CreditSum,
    {
        "user_id": Coalesce(
            f"{ORDER}__created_by_id", "account__user_id"
        ),  # the house's too: whose order it was
        "project_id": Coalesce("project_id", f"{ORDER}__project_id"),
        "provider": Coalesce(NullIf("provider", Value("")), f"{ORDER}__provider", Value("")),
        "operation": _of_task("operation"),
        "model": model_of(ORDER),
        "kind": Case(
            When(
                Q(("kind", Kind.REFUND), (f"{ORDER}__status", Task.Status.CANCELLED)), then=Value(CANCELLED)
            ),
            default="kind",
        ),
    },
    {"amount": Sum("amount"), "entries": Count("pk")},
)
SONGS = Book(
    "songs",
    Clip,
    "created_at",
    SongSum,
    {
        "user_id": Coalesce(f"{ORDER}__created_by_id", "created_by_id"),
        # Where it was paid, wherever it lies now.
        "project_id": Coalesce(f"{ORDER}__project_id", "project_id"),
        "provider": _of_task("provider"),
        "operation": _of_task("operation"),
        "model": model_of(ORDER),
    },
    {"songs": Count("pk"), "seconds": Sum("duration")},
)
BOOKS = (ENTRIES, SONGS)


@dataclass(frozen=True)
class Span:
    """Where some rows begin and end."""

    end: int  # the last one's key
    first: datetime
    last: datetime
    first_task: int | None
    last_task: int | None


# -- Months ----------------------------------------------------------------------------------------


def team_zone() -> ZoneInfo:
    """Days and months are the team's, whoever looks."""
    return ZoneInfo(Team.objects.values_list("time_zone", flat=True).first() or "UTC")


def month_of(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date().replace(day=1)


def following(month: date, steps: int = 1) -> date:
    """The first of the month so many months later, or earlier."""
    number = month.year * 12 + month.month - 1 + steps
    return date(number // 12, number % 12 + 1, 1)


def starts(month: date, zone: ZoneInfo) -> datetime:
    """When the month begins there."""
    return datetime(month.year, month.month, 1, tzinfo=zone).astimezone(UTC)


def _month(book: Book, first: date, last: date, zone: ZoneInfo) -> Case:
    """The month of a row as a comparison with where months begin: the database need not know time zones."""
    cases, month = [], first
    while month < last:
        until = Q(**{f"{book.moment}__lt": starts(following(month), zone)})
        cases.append(When(until, then=Value(month, DateField())))
        month = following(month)
    return Case(*cases, default=Value(last, DateField()))


# -- Adding up -------------------------------------------------------------------------------------


def ring_due() -> bool:
    """Ring for the adding up, once a minute at most and only when there is something."""
    now = db_now()
    mark = SumMark.objects.get_or_create(name=ENTRIES.name)[0]
    if mark.at and mark.at > now - EVERY:
        return False
    if not SumMark.objects.filter(pk=mark.pk, at=mark.at).update(at=now):
        return False
    if not any(_is_due(book, now) for book in BOOKS):
        return False
    async_task(ADD_JOB)
    return True


def _is_due(book: Book, now: datetime) -> bool:
    first = beyond(book, up_to(book)).order_by("pk").values_list(book.moment, flat=True).first()
    return first is not None and first <= now - SETTLED_AFTER


def up_to(book: Book) -> int:
    return SumMark.objects.filter(name=book.name).values_list("up_to", flat=True).first() or 0


def beyond(book: Book, up_to: int) -> QuerySet[Any]:
    """The rows after a mark; of songs, those that were ordered."""
    rows = book.rows._default_manager.filter(pk__gt=up_to)
    return rows if book is ENTRIES else rows.filter(task__isnull=False)


def add_up(seconds: float = RUN_FOR_S) -> bool:
    """Add what has settled, a chunk at a time, for so long at most; whether that was all."""
    end = time.monotonic() + seconds
    for book in BOOKS:
        while advance(book):
            if time.monotonic() > end:
                return False
    return True


@transaction.atomic
def advance(book: Book) -> bool:
    """Add the next chunk. False when there was nothing left to add."""
    SumMark.objects.get_or_create(name=book.name)
    mark = SumMark.objects.select_for_update().get(name=book.name)
    chunk = _chunk(book, mark.up_to, db_now() - SETTLED_AFTER)
    if chunk is None:
        return False
    _add(book, grouped(book, mark.up_to, chunk, team_zone()))
    mark.up_to, mark.at = chunk.end, db_now()
    mark.save()
    return True


def _chunk(book: Book, up_to: int, settled: datetime) -> Span | None:
    """The rows that are added next; None when nothing has settled."""
    some = beyond(book, up_to).order_by("pk")[:CHUNK]
    young = book.rows._default_manager.filter(pk__in=some.values("pk"), **{f"{book.moment}__gt": settled})
    if (first_young := young.aggregate(pk=Min("pk"))["pk"]) is not None:
        some = beyond(book, up_to).filter(pk__lt=first_young).order_by("pk")[:CHUNK]
    return span_of(book, some)


def span_of(book: Book, rows: QuerySet[Any]) -> Span | None:
    """How far the rows go; None of no rows."""
    ends = {"end": Max("pk"), "first": Min(book.moment), "last": Max(book.moment)}
    found = rows.aggregate(**ends, first_task=Min("task"), last_task=Max("task"))
    return Span(**found) if found["end"] is not None else None


def grouped(book: Book, up_to: int, span: Span, zone: ZoneInfo) -> QuerySet[Any, tuple[Any, ...]]:
    """Rows of (month, the book's keys, the book's figures), as its sums hold them, of what lies between a
    mark and the span's end."""
    rows = with_orders(beyond(book, up_to).filter(pk__lte=span.end), span.first_task, span.last_task)
    # Prefixed, since some are called as a column of the rows themselves.
    by = {"by_month": _month(book, month_of(span.first, zone), month_of(span.last, zone), zone)}
    by |= {f"by_{name}": value for name, value in book.keys.items()}
    figures = {f"sum_{name}": value for name, value in book.figures.items()}
    return rows.annotate(**by).order_by().values_list(*by).annotate(**figures)


def with_orders(rows: QuerySet[Any], first: int | None, last: int | None) -> QuerySet[Any]:
    """With each row's order as ORDER. `first` and `last` are the keys between which the orders lie: else
    PostgreSQL reads every order there ever was for a few thousand lines."""
    between = Q(task__pk__gte=first or 0, task__pk__lte=last or 0)
    return rows.alias(**{ORDER: FilteredRelation("task", condition=between)})


def _add(book: Book, rows: QuerySet[Any, tuple[Any, ...]]) -> None:
    """All of it in the database: INSERT ... SELECT ... GROUP BY ... ON CONFLICT DO UPDATE."""
    quote, table = connection.ops.quote_name, book.sums._meta.db_table
    columns = ", ".join(map(quote, ["month", *book.keys, *book.figures]))
    # As the unique constraint of the table says it.
    once = ", ".join(
        f"(COALESCE({quote(name)}, 0))" if name in ("user_id", "project_id") else quote(name)
        for name in ["month", *book.keys]
    )
    more = ", ".join(
        f"{quote(name)} = {quote(table)}.{quote(name)} + excluded.{quote(name)}" for name in book.figures
    )
    select, params = rows.query.sql_with_params()
    insert = f"INSERT INTO {quote(table)} ({columns}) {select} ON CONFLICT ({once}) DO UPDATE SET {more}"
    with connection.cursor() as cursor:
        cursor.execute(insert, params)


def rebuild() -> None:
    """Make all sums anew, here and now."""
    for book in BOOKS:
        _forget(book)
        while advance(book):
            pass


@transaction.atomic
def begin_anew() -> None:
    """Let the job make all sums anew. Part of the transaction that changes what they go by, as the team's
    time zone: whoever looks meanwhile has everything summed for them, which is slow, but right."""
    for book in BOOKS:
        _forget(book)
    async_task(ADD_JOB)


@transaction.atomic
def _forget(book: Book) -> None:
    SumMark.objects.get_or_create(name=book.name)
    mark = SumMark.objects.select_for_update().get(name=book.name)
    book.sums._default_manager.all().delete()
    mark.up_to, mark.at = 0, db_now()
    mark.save()


def lock() -> None:
    """Nothing is added in this transaction."""
    list(SumMark.objects.select_for_update().order_by("name"))  # as `begin_anew` locks them
