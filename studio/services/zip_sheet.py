"""songs.csv: what is known of the songs in a zip, for a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any

from django.utils import timezone

from studio.models import Clip

BOM = "\ufeff"  # else Excel takes UTF-8 for something else
HEAD = (
    "file",
    "title",
    "project",
    "person",
    "date",
    "length (s)",
    "sound",
    "lyrics",
    "tags",
    "rating",
    "model",
    "seed",
    "provider",
    "operation",
    "loudness (LUFS)",
    "credits",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # a spreadsheet would run these


def lines(songs: Iterable[tuple[Clip, str]]) -> Iterator[bytes]:
    """The whole file, a line at a time. Each song comes with the path of its file, or with ""."""
    yield (BOM + _line(HEAD)).encode()
    for clip, path in songs:
        yield _line(_row(clip, path)).encode()


def _row(clip: Clip, path: str) -> tuple[Any, ...]:
    return (
        path,
        clip.title,
        clip.project.name,
        str(clip.created_by),
        f"{timezone.localtime(clip.created_at):%Y-%m-%d %H:%M}",
        round(clip.duration, 1),
        clip.sound,
        clip.lyrics,
        ", ".join(tag.name for tag in clip.tags.all()),
        clip.rating or "",
        clip.model,
        clip.seed,
        clip.provider,
        clip.operation.replace("_", " "),
        round(clip.loudness, 1),
        clip.task.price if clip.task else 0,
    )


def _line(cells: Iterable[Any]) -> str:
    text = StringIO()
    csv.writer(text).writerow([_harmless(cell) for cell in cells])
    return text.getvalue()


def _harmless(cell: Any) -> Any:
    """Text stays text: Excel, LibreOffice and Google Sheets would take it for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
