"""Drafts: what somebody types on a sheet and has not saved, kept for each of their windows.

They are their writer's alone. A draft goes when its words are saved; none is ever dropped to make room, as it
may be all that is left of a text. One that its writer discards can be taken back until the bin lets it go.
"""

import uuid
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet, Subquery

from accounts.models import User
from studio.errors import Refusal
from studio.models import LyricDraft, LyricRevision, LyricSheet
from studio.models.clock import db_now

MOST = 20  # drafts of one person on one sheet


class TooMany(Refusal):
    def __init__(self) -> None:
        super().__init__(f"{MOST} drafts of this sheet wait already; open or discard one of them.")


@transaction.atomic
def keep(sheet: LyricSheet, *, by: User, key: UUID, base: int, title: str, text: str) -> LyricDraft | None:
    """Keep what a window holds in place of what it held before; None when nothing of it is unsaved.

    `base` is the number of the version that the writing began with; a title of "" is the sheet's own. Raises
    TooMany, and keeps nothing, when a further window would have a draft and none of the others is saved.
    """
    mine = _of(sheet, by)
    if _is_saved(sheet, base, title, text):
        mine.filter(key=key).delete()
        return None
    if not mine.filter(key=key).exists():
        LyricSheet.objects.select_for_update().get(pk=sheet.pk)  # several windows at once: each counts
        _make_room(sheet, mine.exclude(key=key))
    words = {"base": base, "title": title, "text": text, "saved_at": db_now()}
    return LyricDraft.objects.update_or_create(sheet=sheet, created_by=by, key=key, defaults=words)[0]


@transaction.atomic
def forget(sheet: LyricSheet, by: User, key: UUID | None) -> None:
    """A window has saved: its draft goes, and every other of this person's that says just the same."""
    said = Q(title__in=("", sheet.title), text=_newest_text(sheet))
    _of(sheet, by).filter(said | Q(key=key) if key else said).delete()


@transaction.atomic
def discard(sheet: LyricSheet, by: User, key: UUID, words: dict[str, Any] | None = None) -> int | None:
    """Put a window's draft aside, with `words` (as `keep` takes them) where it holds more by now.

    Gives the number by which `take_over` brings it back; None when there was nothing unsaved. The window's
    key is free again: what is typed there from now on is another draft.
    """
    if words and not _is_saved(sheet, **words):
        given = {**words, "saved_at": db_now()}
        LyricDraft.objects.update_or_create(sheet=sheet, created_by=by, key=key, defaults=given)
    draft = _of(sheet, by).filter(key=key).first()
    if draft is None:
        return None
    _of(sheet, by).filter(pk=draft.pk).update(key=uuid.uuid4(), discarded_at=db_now())
    return draft.pk


@transaction.atomic
def take_over(sheet: LyricSheet, by: User, draft_id: int) -> bool:
    """Another window goes on with this draft, also with a discarded one; False when it is gone.

    The window that wrote it begins a new one if it is still typed in.
    """
    mine = LyricDraft.objects.filter(sheet=sheet, created_by=by)
    return mine.filter(pk=draft_id).update(key=uuid.uuid4(), discarded_at=None) == 1


def find(sheet: LyricSheet, by: User, draft_id: int) -> LyricDraft | None:
    return _of(sheet, by).filter(pk=draft_id).first()


def unsaved(sheet: LyricSheet, by: User) -> list[LyricDraft]:
    """This person's drafts that differ from the sheet as it is, without their texts; the last comes first."""
    differs = _of(sheet, by).exclude(title__in=("", sheet.title), text=_newest_text(sheet))
    return list(differs.defer("text").order_by("-saved_at", "-pk")[:MOST])


def _of(sheet: LyricSheet, by: User) -> "QuerySet[LyricDraft]":
    return LyricDraft.objects.filter(sheet=sheet, created_by=by, discarded_at=None)


def _newest_text(sheet: LyricSheet) -> Subquery:
    return Subquery(LyricRevision.objects.filter(sheet=sheet).order_by("-number").values("text")[:1])


def _is_saved(sheet: LyricSheet, base: int, title: str, text: str) -> bool:
    """Nothing was typed since `base`, or just this has become the newest version meanwhile."""
    if title not in ("", sheet.title):
        return False
    return sheet.revisions.filter(Q(number=base) | Q(text=_newest_text(sheet)), text=text).exists()


def _make_room(sheet: LyricSheet, mine: "QuerySet[LyricDraft]") -> None:
    """Drafts whose words stand in a version need not wait any longer."""
    if mine.count() < MOST:
        return
    mine.filter(text__in=sheet.revisions.values("text")).delete()
    if mine.count() >= MOST:
        raise TooMany
