"""Charts as SVG from the server: only numbers leave here, their colours are classes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from studio.models import CreditEntry
from studio.templatetags.figures import THIN_SPACE, credits

register = template.Library()

WIDTH, HEIGHT = 960, 260
LEFT, TOP, BOTTOM = 52, 8, 24
TONES = 4  # solid, and as many again with stripes; what is left has one of its own
SERIES = 2 * TONES
REST = SERIES
LETTER_FITS = 15


@dataclass(frozen=True)
class Series:
    """One colour of a stacked chart. `place` says which; the letter tells it to those who see no colours."""

    place: int
    label: str
    values: Sequence[float]

    @property
    def letter(self) -> str:
        return "" if self.place >= REST else chr(ord("A") + self.place)


@register.inclusion_tag("spending/_chart.html")
def stacked(
    title: str, columns: Sequence[str], series: Sequence[Series], each: str = "month"
) -> dict[str, Any]:
    """Bars of one column each, the first series at the bottom. `each`: what a column stands for."""
    heights = [sum(max(one.values[n], 0) for one in series) for n in range(len(columns))]
    top = _round_up(max(heights, default=0))
    step = (WIDTH - LEFT) / max(len(columns), 1)
    bars = [
        bar for n in range(len(columns)) for bar in _column(series, columns[n], n, LEFT + step * n, step, top)
    ]
    every = math.ceil(len(columns) / 12)
    labels = [
        {"x": round(LEFT + step * (n + 0.5), 1), "text": text}
        for n, text in enumerate(columns)
        if n % every == 0
    ]
    return {
        "title": title,
        "each": each,
        "bars": bars,
        "labels": labels,
        "lines": _lines(top),
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "stripes": range(TONES, SERIES),
    }


def _column(
    series: Sequence[Series], column: str, number: int, x: float, step: float, top: float
) -> list[dict[str, Any]]:
    bars, y = [], float(HEIGHT - BOTTOM)
    for each in series:
        height = max(each.values[number], 0) * (HEIGHT - BOTTOM - TOP) / top
        if height <= 0:
            continue
        y -= height
        bars.append(
            {
                "x": round(x + step * 0.14, 1),
                "y": round(y, 1),
                "width": round(step * 0.72, 1),
                "height": round(max(height - 1, 0.5), 1),  # a line of paper between two
                "place": each.place,
                "letter": each.letter if min(height, step * 0.72) >= LETTER_FITS else "",
                "middle": round(x + step / 2, 1),
                "centre": round(y + height / 2, 1),
                "about": f"{each.label}, {column}: {credits(round(each.values[number]))}",
            }
        )
    return bars


def _lines(top: float, low: float = 0, parts: int = 4) -> list[dict[str, Any]]:
    """What the heights mean."""
    room = HEIGHT - BOTTOM - TOP
    return [
        {
            "y": round(HEIGHT - BOTTOM - room * n / parts, 1),
            "text": credits(round(low + (top - low) * n / parts)),
        }
        for n in range(parts + 1)
    ]


def _round_up(most: float) -> int:
    """The next number of credits that can be read off in quarters."""
    size = 4
    while size < most:
        size *= 10
    steps = (1, 0.75, 0.5, 0.3, 0.25, 0.2, 0.15, 0.1)
    return round(min(size * part for part in steps if size * part >= most)) if size > 4 else size


@register.simple_tag
def tone(place: int) -> str:
    """The class of a series' colour."""
    return f"tone-{place if place >= REST else place % TONES}"


@register.simple_tag
def fill(place: int) -> str:
    return f"url(#stripes-{place})" if TONES <= place < REST else "currentColor"


@register.inclusion_tag("readings/_chart.html")
def difference(title: str, points: Sequence[tuple[float, int]]) -> dict[str, Any]:
    """A line of (time, credits), with the line where nothing differs."""
    low, high = min(0, *(y for _, y in points)), max(0, *(y for _, y in points))
    if low == high:
        low, high = -1, 1
    start, span = points[0][0], max(points[-1][0] - points[0][0], 1)
    room = HEIGHT / 2 - 2 * TOP

    def at(y: float) -> float:
        return round(TOP + room * (high - y) / (high - low), 1)

    marks = [f"{round(LEFT + (WIDTH - LEFT - 4) * (x - start) / span, 1)} {at(y)}" for x, y in points]
    return {
        "title": title,
        "path": f"M{marks[0]}" + "".join(f"H{mark.replace(' ', 'V')}" for mark in marks[1:]),
        "lines": [{"y": at(y), "text": credits(y).replace("-", "\u2212")} for y in sorted({low, 0, high})],
        "width": WIDTH,
        "height": HEIGHT // 2,
        "left": LEFT,
    }


# -- Small words of these pages --------------------------------------------------------------------


@register.simple_tag
def cells(row: Sequence[Any]) -> SafeString:
    """Cells with a figure that leads somewhere or nowhere, at more than a template's pace."""
    return format_html_join(
        "",
        '<td class="number figure">{}</td>',
        (
            (
                format_html('<a href="{}">{}</a>', each.href, each.text)
                if each.href and each.text
                else each.text,
            )
            for each in row
        ),
    )


@register.filter
def share(part: float | None) -> str:
    """0.123 -> 12 %; what there is none of has none."""
    return "–" if part is None else f"{part:.0%}".replace("%", f"{THIN_SPACE}%")


@register.filter
def whose(entry: CreditEntry) -> str:
    """Whose order a line belongs to, or whose account it is."""
    return str(entry.task.created_by if entry.task else entry.account)


@register.filter
def of_key(names: dict[int, str], key: int | None) -> str:
    return names.get(key, "") if key is not None else ""
