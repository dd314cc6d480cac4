"""Which saved words a song sings."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.models import User
from studio.models import LyricRevision, LyricSheet, Project, Task
from studio.services import credits, limits, lyrics, tasks
from studio.text.merge import joined, merge

CHANGED = "Changed while the song was ordered"


@dataclass(frozen=True)
class Ordered:
    """The version that the songs of an order sing, if they sing one; `unsaved` says why words that began
    with one are no version."""

    revision: LyricRevision | None
    unsaved: str = ""


@transaction.atomic
def order(begun_with: LyricRevision | None, *, by: User, parent: Task | None, **order: Any) -> Ordered:
    """Order songs, and keep their words as a version of the sheet that they began with, or neither.

    `order` is what `tasks.order` takes besides. Raises what that raises, and `tasks.PlacedAlready`.
    """
    tasks.lock(parent)  # in the order that is written there
    credits.lock(by)
    if known := tasks.placed(by, **order):
        return Ordered(known[0].lyric_revision)
    limits.hold(order["project"])
    text = order["params"].get("lyrics")
    words = _words_for(begun_with, text, by=by) if begun_with and text else Ordered(None)
    tasks.order(by=by, parent=parent, lyric_revision=words.revision, **order)
    return words


def _words_for(begun_with: LyricRevision, text: str, *, by: User) -> Ordered:
    """The saved version that says exactly `text`; a new one where none does.

    A sheet that has moved on gets both texts. Where the same lines were changed, somebody else's newest
    version is not buried.
    """
    sheet = LyricSheet.objects.select_for_update().get(pk=begun_with.sheet_id)
    newest = sheet.revisions.select_related("created_by").latest("number")
    for saved in (begun_with, newest):
        if text.strip() == saved.text.strip():
            return Ordered(saved)
    if not Project.objects.editable_by(by).filter(pk=sheet.project_id).exists():
        return Ordered(None, f"These words are sung but not saved: you can’t add a version to {sheet}.")
    both = together(begun_with.text, text, newest)
    since = sheet.revisions.filter(number__gt=begun_with.number)
    if both is None and (theirs := since.exclude(created_by=by).select_related("created_by").first()):
        return Ordered(None, _buries(sheet, theirs))
    return Ordered(add_beside(sheet, newest, both, by=by, text=text, note=CHANGED))


def _buries(sheet: LyricSheet, theirs: LyricRevision) -> str:
    return (
        f"These words are sung but not saved as a version: meanwhile {theirs.created_by} saved version "
        f"{theirs.number} of {sheet}, and the two can’t be put together by themselves."
    )


# -- Words beside a sheet that has moved on -----------------------------------------------------------


def together(before: str, text: str, newest: LyricRevision) -> str | None:
    """What both have made of the text `before`; None where both changed the same lines, or where it would be
    longer than a sheet."""
    chunks = merge(before, text, newest.text)
    both = joined(chunks)
    clashes = any(chunk.kind == "clash" for chunk in chunks)
    return None if clashes or len(both) > LyricRevision.LONGEST else both


def add_beside(
    sheet: LyricSheet, newest: LyricRevision, both: str | None, *, by: User, text: str, note: str
) -> LyricRevision:
    """What is sung becomes a version by itself, word for word; the next one brings `both` together."""
    revision = lyrics.add(sheet, by=by, text=text, note=note)
    if both is not None and both != text:
        lyrics.add(sheet, by=by, text=both, note=f"Versions {newest.number} and {revision.number} together")
    return revision
