"""The verbs of changing what a song sings: which lines, when they come, and the version that keeps them."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.models import User
from studio.models import Clip, LyricRevision, LyricSheet, Project
from studio.services import credits, finals, limits, lyrics, sung, tasks, timings
from studio.text.anchors import carry
from studio.text.parts import called, exchanged, parts
from studio.text.timing import Line, proportional, range_of

ESTIMATE = "estimate"


@dataclass(frozen=True)
class Change:
    """Other words for the lines `first` to `last` of what a song sings, counted from 1."""

    first: int
    last: int
    text: str


@dataclass(frozen=True)
class Kept:
    """The version that holds what is sung; `aside` is a newer one that changed the same lines, if any."""

    revision: LyricRevision
    aside: LyricRevision | None = None


@dataclass(frozen=True)
class Span:
    """A part of a song in seconds. `source` is that of the times (`Timing.Source`), or "estimate"."""

    start: float
    end: float
    source: str


# -- What is sung, and when -------------------------------------------------------------------------


def sung_by(clip: Clip) -> str:
    """The words of a song: those of the saved version that it sings, else what came with it."""
    revision = clip.task.lyric_revision if clip.task else None
    text = revision.text if revision else clip.lyrics
    return text.replace("\r\n", "\n").replace("\r", "\n")


def span_of(clip: Clip, text: str, first: int, last: int) -> Span:
    """When the lines `first` to `last` of `text`, counted from 1, are sung in the song for the first time."""
    timing = timings.of(clip)
    known = _first_times(timings.lines_of(timing))
    place = carry(clip.lyrics.replace("\r\n", "\n").replace("\r", "\n"), text) if known else {}
    lines = [Line(place[n], line.text, line.start, line.end) for n, line in known.items() if n in place]
    if timing and any(first <= (line.line or 0) + 1 <= last for line in lines):
        return Span(*range_of(lines, first - 1, last - 1, clip.duration), timing.source)
    language = clip.task.lyric_revision.sheet.language if clip.task and clip.task.lyric_revision else ""
    lines = proportional(text, clip.duration, language)
    return Span(*range_of(lines, first - 1, last - 1, clip.duration), ESTIMATE)


def _first_times(lines: list[Line]) -> dict[int, Line]:
    """A line that comes back is written once: where it is sung first is what the text shows."""
    found: dict[int, Line] = {}
    for line in lines:
        if line.line is not None:
            found.setdefault(line.line, line)
    return found


# -- Keeping the words, and singing them ------------------------------------------------------------


@transaction.atomic
def replace(clip: Clip, change: Change, *, by: User, order: dict[str, Any]) -> Kept | None:
    """Keep the changed words as a version and order the part of the song that sings them, or neither.

    `order` is what `tasks.order` takes besides. The same `form_key` is the same order and the same version;
    None when it is known already. Raises what `tasks.order` raises, and `tasks.PlacedAlready`.
    """
    tasks.lock(clip.task, order.get("parent"))  # in the order that is written there
    credits.lock(by)  # the same form sent twice at once
    if tasks.placed(by, **order):
        return None
    limits.hold(clip.project)
    kept = keep(clip, change, by=by)
    tasks.order(project=clip.project, by=by, lyric_revision=kept.revision, **order)
    return kept


@transaction.atomic
def keep(clip: Clip, change: Change, *, by: User) -> Kept:
    """Keep the changed words as a version, for a song that is sung anew from its beginning. Raises
    finals.IsFinal."""
    finals.check(clip)
    sheet = LyricSheet.objects.select_for_update().get(pk=_sheet_of(clip, by=by).pk)
    return _keep(clip, sheet, change, by=by)


def _sheet_of(clip: Clip, *, by: User) -> LyricSheet:
    """The sheet that the song's words are from; a new one where there is none, or none of this person's."""
    known = clip.task.lyric_revision if clip.task else None
    if known is None:
        return lyrics.of_clip(clip, by=by)
    if Project.objects.editable_by(by).filter(pk=known.sheet.project_id).exists():
        return known.sheet
    return lyrics.begun_from(clip, by=by, text=sung_by(clip))


def _keep(clip: Clip, sheet: LyricSheet, change: Change, *, by: User) -> Kept:
    """A version for what is sung. Where the sheet's newest one had changed the same lines, it lies on top."""
    base = _sung_version(clip, sheet)
    before = sung_by(clip)
    text = exchanged(before, change.first, change.last, change.text)
    if known := sheet.revisions.filter(number__gte=base.number, text=text).first():
        return Kept(known)
    newest = sheet.revisions.latest("number")
    both = text if newest.pk == base.pk else sung.together(before, text, newest)
    lines = called(parts(before), change.first, change.last)
    note = f"{lines} changed for {clip.title}"
    revision = sung.add_beside(sheet, newest, both, by=by, text=text, note=note)
    return Kept(revision, newest if both is None else None)


def _sung_version(clip: Clip, sheet: LyricSheet) -> LyricRevision:
    known = clip.task.lyric_revision if clip.task else None
    if known and known.sheet_id == sheet.pk:
        return known
    return sheet.revisions.get(number=1)
