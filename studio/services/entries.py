"""The lines of the ledger for those who watch what is spent: filtered, a page at a time, or all as CSV."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.db.models import CharField, Func, Max, Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf

from accounts.models import TrailEvent, User
from studio.models import CreditEntry, Project
from studio.services import sums, zip_sheet

PAGE = 50
BLOCK = 1000  # lines of CSV that leave together
AT_ONCE = 5000  # lines read by one query: none stays open while somebody's slow line is waited for
HEAD = (
    "id",
    "at",
    "person",
    "project",
    "kind",
    "amount",
    "provider",
    "operation",
    "model",
    "task",
    "reason",
    "actor",
)
Kind = CreditEntry.Kind


@dataclass(frozen=True)
class Filters:
    """Which lines; None and "" ask for nothing. Months are whole, the last one with them."""

    since: date | None = None
    until: date | None = None
    person: int | None = None
    project: int | None = None
    operation: str = ""
    model: str = ""
    kind: str = ""

    @property
    def active(self) -> dict[str, str]:
        """As an address names them."""
        return {name: _text(value) for name, value in asdict(self).items() if value}


def _text(value: Any) -> str:
    return f"{value:%Y-%m}" if isinstance(value, date) else str(value)


def found(filters: Filters) -> QuerySet[CreditEntry]:
    """The lines that the filters let through, unsorted. The house's lines are of whose order they were."""
    entries = CreditEntry.objects.order_by()
    if filters.person:
        own = Q(task=None, account__user=filters.person)
        entries = entries.filter(own | Q(task__created_by=filters.person))
    if filters.model:
        entries = entries.annotate(of_model=sums.model_of("task")).filter(of_model=filters.model)
    wanted = {
        "project": filters.project,
        "task__operation": filters.operation,
        "kind": filters.kind,
        "at__gte": filters.since and sums.starts(filters.since, sums.team_zone()),
        "at__lt": filters.until and sums.starts(sums.following(filters.until), sums.team_zone()),
    }
    return entries.filter(**{name: value for name, value in wanted.items() if value})


def page(filters: Filters, before: int | None) -> tuple[list[CreditEntry], int | None]:
    """The lines before a key, newest first, with what they show, and where the next page goes on."""
    entries = found(filters)
    if before:
        entries = entries.filter(pk__lt=before)
    shown = entries.select_related("account__user", "task__created_by", "task__source", "project", "actor")
    rows = list(shown.defer("task__answer", "task__source__lyrics").order_by("-pk")[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else None


def project_names(user: User) -> dict[int, str]:
    """What the person may call the projects: those they can't see have a number for a name."""
    names = dict(Project.objects.order_by().values_list("pk", "name"))
    seen = names if user.is_owner else set(Project.objects.visible_to(user).values_list("pk", flat=True))
    return {pk: name if pk in seen else f"Closed project {pk}" for pk, name in names.items()}


# -- CSV -------------------------------------------------------------------------------------------


@transaction.atomic
def export(filters: Filters, *, by: User) -> Iterator[bytes]:
    """All lines as CSV, in blocks, oldest first; the trail notes who took them along."""
    facts: dict[str, Any] = {"of": "ledger", **filters.active}
    TrailEvent.objects.write(TrailEvent.What.EXPORT, by=by, **facts)
    last = CreditEntry.objects.aggregate(last=Max("pk"))["last"] or 0
    return _blocks(found(filters).filter(pk__lte=last), _Names(by))


class _Names:
    """Of people and projects, looked up once: there are hundreds of them, and a million lines."""

    def __init__(self, reader: User) -> None:
        self.people = {each.pk: _cell(str(each)) for each in User.objects.only("name", "email")}
        projects = project_names(reader)
        self.projects = {pk: _cell(name) for pk, name in projects.items()}
        visible = Project.objects.visible_to(reader).values_list("pk", flat=True)
        self.unseen = projects.keys() - set(visible)


def _blocks(lines: QuerySet[CreditEntry], names: _Names) -> Iterator[bytes]:
    yield f"{zip_sheet.BOM}{','.join(HEAD)}\r\n".encode()
    for batch in _batches(lines):
        for start in range(0, len(batch), BLOCK):
            yield "".join([_line(row, names) for row in batch[start : start + BLOCK]]).encode()


def _batches(lines: QuerySet[CreditEntry]) -> Iterator[list[tuple[Any, ...]]]:
    """By their keys, and each with no more orders than are theirs: see `sums.with_orders`."""
    after = 0
    while span := sums.span_of(sums.ENTRIES, lines.filter(pk__gt=after).order_by("pk")[:AT_ONCE]):
        some = sums.with_orders(lines.filter(pk__gt=after, pk__lte=span.end), span.first_task, span.last_task)
        yield list(_columns(some).order_by("pk"))
        after = span.end


class _Moment(Func):
    """A time as 2026-11-22T01:03:43Z, written by the database: a million times cost Python seconds."""

    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        template = "(substr(%(expressions)s, 1, 10) || 'T' || substr(%(expressions)s, 12, 8) || 'Z')"
        return self.as_sql(compiler, connection, template=template, **more)

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        shape = 'YYYY-MM-DD"T"HH24:MI:SS"Z"'
        template = f"to_char(%(expressions)s AT TIME ZONE 'UTC', '{shape}')"
        return self.as_sql(compiler, connection, template=template, **more)


def _columns(lines: QuerySet[CreditEntry]) -> QuerySet[CreditEntry, tuple[Any, ...]]:
    columns = {
        "moment": _Moment("at"),
        "of_person": Coalesce(f"{sums.ORDER}__created_by_id", "account__user_id"),
        "of_provider": Coalesce(NullIf("provider", Value("")), f"{sums.ORDER}__provider", Value("")),
        "of_operation": Coalesce(f"{sums.ORDER}__operation", Value("")),
        "of_model": sums.model_of(sums.ORDER),
    }
    return lines.annotate(**columns).values_list(
        *("pk", "moment", "of_person", "project_id", "kind", "amount", "of_provider", "of_operation"),
        *("of_model", "task_id", "reason", "actor_id"),
    )


def _line(row: tuple[Any, ...], names: _Names) -> str:
    """Joined by hand: of a million lines a csv.writer takes seconds, and what may need quotes is known."""
    pk, at, person, project, kind, amount, provider, operation, model, task, reason, actor = row
    who, where = names.people.get(person, ""), names.projects.get(project, "")
    told = _cell(reason) if reason and project not in names.unseen else ""  # words on an order may quote it
    return (
        f"{pk},{at},{who},{where},{kind},{amount},{_known_cell(provider)},{_known_cell(operation)},"
        f"{_known_cell(model)},{task or ''},{told},{names.people.get(actor, '')}\r\n"
    )


def _cell(text: str) -> str:
    """Text stays text, and one cell: a spreadsheet would take some for a formula."""
    text = f"'{text}" if text.startswith(zip_sheet.FORMULA) else text
    quotes = any(char in text for char in ',"\r\n')
    return '"{}"'.format(text.replace('"', '""')) if quotes else text


_known_cell = lru_cache(1000)(_cell)
