"""What the team spends, for its owners and managers: by people, projects, operations and models, by month."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.models import User
from studio.forms import SpendingForm
from studio.services import entries, providers, spending
from studio.services.spending import Key, Summary, Tally
from studio.templatetags.charts import REST, SERIES, Series
from studio.templatetags.figures import credits
from studio.views.htmx import StudioRequest

DIMENSIONS = {"person": "Person", "project": "Project", "operation": "Operation", "model": "Model"}
MOST_ROWS = 60  # of a table; the rest is one more row
COLUMNS = 8  # projects beside each other
Name = Callable[[Key], str]


def check_watches(user: User) -> None:
    if not user.is_manager:
        raise PermissionDenied("Only the team's owners and managers see what everybody spends.")


@require_safe
def index(request: StudioRequest) -> HttpResponse:
    check_watches(request.user)
    form = SpendingForm(request.GET)
    is_valid = form.is_valid()
    asked = form.cleaned_data if is_valid else {}
    by = asked.get("by") or "person"
    found = spending.summary(spending.period(asked.get("since"), asked.get("until")))
    if is_valid:
        form = SpendingForm(initial={**_address(found), "by": by})  # what is shown where nothing was asked
    names = _names(request.user)
    rows = _ranked(found.by[by])
    context = {
        "form": form,
        "by": DIMENSIONS[by],
        "summary": found,
        "months": found.period.months,
        "columns": [f"{month:%b %Y}" for month in found.period.months],
        "series": _series(found, by, rows, names[by]),
        "stack": _stack(found, by, rows, names[by]),
        "matrix": _matrix(found, names),
        "operations": _costs(found, "operation", names["operation"]),
        "models": _costs(found, "model", names["model"]),
        "query": urlencode(_address(found)),
    }
    return render(request, "spending/index.html", context, status=200 if is_valid else 422)


def _names(user: User) -> dict[str, Name]:
    """What each key of a dimension is called."""
    people = {each.pk: str(each) for each in User.objects.only("name", "email")}
    projects = entries.project_names(user)

    def operation(key: Key) -> str:
        known = providers.described("", str(key))
        return known.label if known else str(key) or "No operation"

    return {
        "person": lambda key: people.get(key, "Nobody"),
        "project": lambda key: projects.get(key, "No project"),
        "operation": operation,
        "model": lambda key: str(key) or "The provider’s choice",
    }


# -- Tables ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    text: str
    href: str


@dataclass(frozen=True)
class Row:
    label: str
    place: int  # the colour of its series
    letter: str
    cells: list[Cell]
    total: Cell

    @property
    def all(self) -> list[Cell]:
        return [*self.cells, self.total]


@dataclass(frozen=True)
class Matrix:
    columns: list[Cell]
    rows: list[Row]
    foot: Row | None = None


NOTHING = Cell("", "")


def _ranked(tallies: dict[Key, Tally]) -> list[Key]:
    """Those who spent most first."""
    return sorted(tallies, key=lambda key: (-tallies[key].spent, str(key)))


def _address(found: Summary) -> dict[str, str]:
    return {"since": f"{found.period.since:%Y-%m}", "until": f"{found.period.until:%Y-%m}"}


class _Links:
    """Of cells to the lines behind them. Thousands of cells differ in two values: the rest is made once."""

    def __init__(self, found: Summary) -> None:
        self.base = reverse("credit_lines")
        self.period = urlencode(_address(found))

    def to(self, filters: dict[str, Key], month: date | None = None) -> str:
        """The address, or "" where a filter is empty: no line is found by what it lacks."""
        if None in filters.values() or "" in filters.values():
            return ""
        period = f"since={month:%Y-%m}&until={month:%Y-%m}" if month else self.period
        return f"{self.base}?{period}&{urlencode(filters)}"


def _cell(amount: int, href: str) -> Cell:
    return Cell(credits(amount) if amount else "", href)


def _stack(found: Summary, by: str, ranked: list[Key], name: Name) -> Matrix:
    """The same figures as the chart's: the first rows are its colours."""
    links, months = _Links(found), found.period.months
    rows = []
    for place, key in enumerate(ranked[:MOST_ROWS]):
        amounts = [found.spent(by, key, month) for month in months]
        cells = [
            Cell(credits(amount), links.to({by: key}, month)) if amount else NOTHING
            for month, amount in zip(months, amounts, strict=True)
        ]
        rows.append(Row(name(key), *_mark(place), cells, _cell(sum(amounts), links.to({by: key}))))
    if rest := ranked[MOST_ROWS:]:
        rows.append(_row(f"{len(rest)} others", _values(found, by, rest)))
    foot = _row("Together", [found.months[month].total.spent for month in months])
    return Matrix([Cell(f"{month:%b %y}", "") for month in months], rows, foot)


def _mark(place: int) -> tuple[int, str]:
    place = min(place, REST)
    return place, Series(place, "", ()).letter


def _row(label: str, amounts: list[int]) -> Row:
    return Row(label, REST, "", [_cell(amount, "") for amount in amounts], _cell(sum(amounts), ""))


def _values(found: Summary, by: str, keys: Iterable[Key]) -> list[int]:
    keys = list(keys)
    return [sum(found.spent(by, key, month) for key in keys) for month in found.period.months]


def _series(found: Summary, by: str, ranked: list[Key], name: Name) -> list[Series]:
    shown = [Series(place, name(key), _values(found, by, [key])) for place, key in enumerate(ranked[:SERIES])]
    rest = ranked[SERIES:]
    return [*shown, Series(REST, "Others", _values(found, by, rest))] if rest else shown


def _matrix(found: Summary, names: dict[str, Name]) -> Matrix:
    """People × projects."""
    links, both = _Links(found), found.by["both"]
    people, projects = _ranked(found.by["person"]), _ranked(found.by["project"])
    shown = projects[:COLUMNS]
    columns = [Cell(names["project"](key), links.to({"project": key})) for key in shown]
    has_more = len(projects) > COLUMNS
    if has_more:
        columns.append(Cell(f"{len(projects) - COLUMNS} others", ""))
    rows = []
    for person in people[:MOST_ROWS]:
        amounts = [both[person, key].spent if (person, key) in both else 0 for key in shown]
        cells = [
            Cell(credits(amount), links.to({"person": person, "project": key})) if amount else NOTHING
            for key, amount in zip(shown, amounts, strict=True)
        ]
        total = found.by["person"][person].spent
        if has_more:
            cells.append(_cell(total - sum(amounts), ""))
        rows.append(Row(names["person"](person), REST, "", cells, _cell(total, links.to({"person": person}))))
    return Matrix(columns, rows)


def _costs(found: Summary, by: str, name: Name) -> list[dict[str, Any]]:
    """One dimension in the rest of its figures."""
    links = _Links(found)
    return [
        {"label": name(key), "href": links.to({by: key}), "tally": found.by[by][key]}
        for key in _ranked(found.by[by])[:MOST_ROWS]
    ]
