"""The library: what of all clips a person wants to see, in which order, a page at a time.

Pages are found by key, not by number: the next one begins after the last row of this one. So page 50 costs
what page 1 costs, and a song that comes meanwhile shifts nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlencode

from django.db.models import BooleanField, F, Func, Q, QuerySet, Value
from django.utils import timezone

from accounts.models import User
from studio.models import Clip
from studio.models.clips import ClipQuerySet
from studio.models.search import fold, matching

PAGE = 16
COUNTED = 1000  # beyond it the count says "1,000+"
LONGEST_QUERY = 200  # characters
DAY = re.compile(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}")
HIGHEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Sort:
    """`column` and then the id, both upwards or both downwards."""

    label: str
    column: str
    downwards: bool = True


SORTS = {
    "new": Sort("Newest", "id"),
    "title": Sort("Title", "sort_title", downwards=False),
    "length": Sort("Longest", "duration"),
    "rating": Sort("Best rated", "rating"),
    "plays": Sort("Most played", "plays"),
}
# What differs between the takes of one order: with one of these, takes are shown one by one.
OF_ONE_TAKE = ("tag", "rating", "picked", "approved", "final", "video")


@dataclass(frozen=True)
class Filters:
    """What is asked for; empty values ask for nothing. `unread` names what made no sense and was left out."""

    q: str = ""
    project: int | None = None
    person: int | None = None
    tag: str = ""
    model: str = ""
    provider: str = ""
    operation: str = ""
    rating: int | None = None  # at least
    picked: bool = False
    approved: bool = False
    final: bool = False
    video: bool = False
    since: date | None = None
    until: date | None = None
    takes: bool = False  # every take in a row of its own
    sort: str = "new"
    unread: tuple[str, ...] = ()

    @classmethod
    def read(cls, params: Mapping[str, str]) -> Filters:
        """From the address of a page. Never raises: nonsense is left out and named in `unread`."""
        found: dict[str, Any] = {}
        unread = []
        for name, reads in READERS.items():
            if text := params.get(name, "").strip():
                value = reads(text)
                if value is None:
                    unread.append(name)
                else:
                    found[name] = value
        return cls(**found, unread=tuple(unread))

    @property
    def active(self) -> dict[str, Any]:
        """What is asked for, by name, without what is so by itself."""
        return {
            each.name: value
            for each in fields(self)
            if each.name != "unread" and (value := getattr(self, each.name)) != each.default
        }

    @property
    def query(self) -> str:
        """The same as the query of an address; one text for one meaning."""
        return urlencode({name: "1" if value is True else value for name, value in self.active.items()})

    @property
    def narrows(self) -> bool:
        """Whether it leaves anything out."""
        return bool(set(self.active) - {"sort", "takes"})

    @property
    def folds(self) -> bool:
        """Whether one take stands for all of its order."""
        return not self.takes and not any(getattr(self, name) for name in OF_ONE_TAKE)

    def without(self, name: str) -> Filters:
        default: Any = next(each.default for each in fields(self) if each.name == name)
        return replace(self, **{name: default})


def _query(text: str) -> str | None:
    return text[:LONGEST_QUERY] if fold(text) else None


def _number(text: str) -> int | None:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    return number or None


def _stars(text: str) -> int | None:
    return int(text) if text in ("1", "2", "3", "4", "5") else None


def _word(text: str) -> str | None:
    return text if text.isprintable() and len(text) <= 60 else None


def _tag(text: str) -> str | None:
    return fold(text)[:40] or None


def _yes(text: str) -> bool | None:
    return True if text == "1" else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        return None


def _sort(text: str) -> str | None:
    return text if text in SORTS else None


READERS = {
    "q": _query,
    "project": _number,
    "person": _number,
    "tag": _tag,
    "model": _word,
    "provider": _word,
    "operation": _word,
    "rating": _stars,
    "picked": _yes,
    "approved": _yes,
    "final": _yes,
    "video": _yes,
    "since": _day,
    "until": _day,
    "takes": _yes,
    "sort": _sort,
}


def found(user: User, filters: Filters) -> ClipQuerySet:
    """The clips that this person may see and that the filters let through, unsorted; none in the bin."""
    clips: ClipQuerySet = matching(filters.q) if filters.q else Clip.objects.all()
    clips = clips.visible_to(user).kept().filter(_wanted(filters))
    if filters.folds:
        clips = clips.filter(is_front=True)
    return clips.filter(tags__key=filters.tag) if filters.tag else clips


def _wanted(filters: Filters) -> Q:
    """The columns of a clip alone."""
    wanted = {
        "project_id": filters.project,
        "created_by_id": filters.person,
        "model": filters.model,
        "provider": filters.provider,
        "operation": filters.operation,
        "rating__gte": filters.rating,
        "picked": filters.picked,
        "has_video": filters.video,
        "created_at__gte": _midnight(filters.since),
        "created_at__lte": _midnight(filters.until, time.max),
    }
    asked = Q(**{name: value for name, value in wanted.items() if value})
    states = {"approved_at__isnull": filters.approved, "final_at__isnull": filters.final}
    return asked & Q(**{name: False for name, is_asked in states.items() if is_asked})


def _midnight(day: date | None, at: time = time.min) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, at)) if day else None


# -- Pages -----------------------------------------------------------------------------------------


class BadPlace(Exception):
    """The address names no place in this list."""


@dataclass(frozen=True)
class Page:
    clips: list[Clip]
    after: str  # where the next one begins; "" on the last
    count: int | None  # of the whole list, told with its first page; COUNTED + 1 for all beyond


class _Beyond(Func):
    """(column, id) < (value, id): one comparison of two columns, so that an index is entered right there."""

    output_field = BooleanField()
    conditional = True
    arity = 4

    def __init__(self, *expressions: Any, sign: str) -> None:
        super().__init__(*expressions)
        self.sign = sign

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> Any:
        parts = [compiler.compile(each) for each in self.get_source_expressions()]
        column, key, value, last = (sql for sql, _ in parts)
        params = [each for _, own in parts for each in own]
        return f"({column}, {key}) {self.sign} ({value}, {last})", params


def page(clips: QuerySet[Clip], sort: str, after: str = "") -> Page:
    """The clips that come after a place, ready for their rows. Raises BadPlace.

    Finding is apart from reading: the ids that are counted come from indexes, and one page of rows is read.
    """
    by = SORTS[sort]
    minus = "-" if by.downwards else ""
    order = [f"{minus}{by.column}", f"{minus}id"] if by.column != "id" else ["-id"]
    ids = beyond(clips, sort, after).order_by(*order).values_list("pk", flat=True)
    found = list(ids[: PAGE + 1 if after else COUNTED + 1])
    rows = list(Clip.objects.filter(pk__in=found[:PAGE]).for_row().order_by(*order))
    goes_on = len(found) > PAGE and rows
    return Page(rows, _after(by, rows[-1]) if goes_on else "", None if after else len(found))


def beyond(clips: QuerySet[Clip], sort: str, after: str) -> QuerySet[Clip]:
    """Those of the clips that come after a place. Raises BadPlace."""
    if not after:
        return clips
    by = SORTS[sort]
    value, last = _place(by, after)
    if by.column == "id":
        return clips.filter(pk__lt=last)
    return clips.filter(
        _Beyond(F(by.column), F("id"), Value(value), Value(last), sign="<" if by.downwards else ">")
    )


def _after(by: Sort, clip: Clip) -> str:
    return str(clip.pk) if by.column == "id" else f"{getattr(clip, by.column)}~{clip.pk}"


def _place(by: Sort, after: str) -> tuple[Any, int]:
    text, _, last = after.rpartition("~")
    number = _number(last)
    if number is None or (by.column == "id") != (not text and "~" not in after):
        raise BadPlace
    return _value(by.column, text), number


def _value(column: str, text: str) -> Any:
    if column in ("id", "sort_title"):
        if fold(text) != text:
            raise BadPlace
        return text
    try:
        value = float(text)
    except ValueError:
        raise BadPlace from None
    if not math.isfinite(value) or abs(value) > HIGHEST_ID / 2:
        raise BadPlace
    return value if column == "duration" else int(value)
