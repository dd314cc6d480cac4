"""The verbs of lyric sheets: each saved version stays as it was written."""

import unicodedata
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Left

from accounts.models import User
from studio.errors import Refusal
from studio.models import Clip, LyricRevision, LyricSheet, Project, Task
from studio.models.clock import db_now
from studio.models.lyrics import LyricSheetQuerySet
from studio.models.search import LONGEST, fold, terms_of
from studio.models.tasks import first_line
from studio.services import finals, line_comments

UNTITLED = "Untitled lyrics"
A_MOMENT = timedelta(minutes=1)
LONGEST_NOTE = LyricRevision._meta.get_field("note").max_length or 0
OPENING = 400  # characters of a text, for the line or two that a list shows
OF_A_PART = ("extend_music", "replace_music")


@transaction.atomic
def create_sheet(*, project: Project, by: User, title: str, text: str = "", **about: Any) -> LyricSheet:
    """A new sheet with its first version. An empty title is taken from the first line.

    `about`: language, notes, or the clip whose words it begins with.
    """
    about["title"] = _title(title, text)
    sheet = LyricSheet.objects.create(project=project, created_by=by, **about)
    return add(sheet, by=by, text=text).sheet


@transaction.atomic
def create_once(*, project: Project, by: User, title: str, text: str, **about: Any) -> LyricSheet:
    """The same, unless this person has begun just this sheet a moment ago: a form that was sent twice."""
    _lock_project(project)
    mine = LyricSheet.objects.filter(project=project, created_by=by, title=_title(title, text))
    lately = mine.filter(created_at__gt=db_now() - A_MOMENT, revisions__number=1, revisions__text=text)
    return lately.first() or create_sheet(project=project, by=by, title=title, text=text, **about)


def _lock_project(project: Project) -> None:
    """One new sheet after the other. The key is left free: what others write points to the project."""
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)


@transaction.atomic
def begun_from(clip: Clip, *, by: User, text: str) -> LyricSheet:
    """The sheet that was begun with this `text` of the song, where the song lies now; else a new one."""
    _lock_project(clip.project)
    known = LyricSheet.objects.filter(clip=clip, project=clip.project)
    known = known.filter(revisions__number=1, revisions__text=text).order_by("pk")
    return known.last() or create_sheet(project=clip.project, by=by, title=clip.title, text=text, clip=clip)


@transaction.atomic
def of_clip(clip: Clip, *, by: User) -> LyricSheet:
    """The sheet of the words that a song sings; where there is none, a new one that begins with them.

    From then on the song sings the first version, unless its lyrics tell of a part of it only. Raises
    finals.IsFinal.
    """
    locked = Task.objects.select_for_update(of=("self",), no_key=True)  # songs that come point to their task
    order = locked.get(pk=clip.task_id) if clip.task_id else None
    if order and order.lyric_revision_id:
        known = LyricSheet.objects.visible_to(by).filter(revisions=order.lyric_revision_id).first()
        if known:
            return known
    finals.check(clip)
    sheet = begun_from(clip, by=by, text=clip.lyrics)
    if order and order.lyric_revision_id is None and _is_whole(clip, order):
        Task.objects.filter(pk=order.pk).update(lyric_revision=sheet.revisions.get(number=1))
    return sheet


def _is_whole(clip: Clip, order: Task) -> bool:
    """An order for a part names that part's words, which stand in for the song's where no others came."""
    return order.operation not in OF_A_PART or clip.lyrics != order.params.get("lyrics")


def _title(title: str, text: str) -> str:
    return (title or first_line(text) or UNTITLED)[:80]


# -- Versions ---------------------------------------------------------------------------------------


class TooLong(Refusal):
    """More than anybody could save from the page, where the limit is the same."""


class SavedMeanwhile(Refusal):
    """Somebody has saved another text since this one was begun: `newest` is their version."""

    def __init__(self, newest: LyricRevision, by: User) -> None:
        who = newest.created_by
        saved = "You saved" if who == by else f"{who} saved"
        where = "in another window" if who == by else "while you were writing"
        super().__init__(f"{saved} version {newest.number} {where}.")
        self.newest = newest


@transaction.atomic
def save(
    sheet: LyricSheet,
    *,
    by: User,
    title: str,
    text: str,
    base: int,
    note: str = "",
    title_shown: str = "",
) -> LyricRevision:
    """Keep the text as a new version and give it back; the title changes where it differs from `title_shown`,
    which the person had been shown ("" where nobody knows: then the one it has).

    `base` is the number of the version the writing began with. A text that is still that version's adds
    none: the newest one comes back; only a note (at most 200 characters) is worth a version of its own.
    Keeps nothing and raises SavedMeanwhile when both texts would differ, or a note would be on the older one;
    ChangedMeanwhile when both titles would.
    """
    locked = _locked(sheet)
    newest = _newest(locked)
    begun_with = locked.revisions.filter(number=base).first()
    is_new = text != newest.text and (bool(note) or not (begun_with and text == begun_with.text))
    if is_new and base != newest.number:
        raise SavedMeanwhile(newest, by)
    _rename(locked, title, title_shown, newest.text)
    if is_new or _is_noted_anew(newest, text, note, by):
        return add(locked, by=by, text=text, note=note)
    return newest


@transaction.atomic
def bring_back(sheet: LyricSheet, number: int, *, by: User) -> LyricRevision:
    """Make an earlier version's text and sound the newest version. Raises LyricRevision.DoesNotExist."""
    locked = _locked(sheet)
    earlier, newest = locked.revisions.get(number=number), _newest(locked)
    if (earlier.text, earlier.sound) == (newest.text, newest.sound):
        return newest
    return add(locked, by=by, text=earlier.text, sound=earlier.sound, note=f"Version {number} brought back")


@transaction.atomic
def add(
    sheet: LyricSheet,
    *,
    by: User,
    text: str,
    sound: str | None = None,
    task: Task | None = None,
    note: str = "",
) -> LyricRevision:
    """Put a text on top of whatever is newest, as the next version. Everything that adds one comes here.

    The sound was proposed for the words, and goes on with them where none is given. Comments move along
    with their lines, and the sheet can be found by what it says now. Raises TooLong; but what a sheet begins
    with, or has held before, was not put together here and is kept as it is.
    """
    locked = _locked(sheet)
    before = locked.revisions.first()
    if before and len(text) > LyricRevision.LONGEST and not locked.revisions.filter(text=text).exists():
        size, most = f"{len(text):,}", f"{LyricRevision.LONGEST:,}"
        raise TooLong(f"{locked} would have {size} characters with it, and a sheet holds {most}.")
    revision = LyricRevision.objects.create(
        sheet=locked,
        number=before.number + 1 if before else 1,
        text=text,
        sound=(before.sound if before else "") if sound is None else sound,
        created_by=by,
        task=task,
        note=note[:LONGEST_NOTE],
    )
    _index(locked, text)
    if before:
        line_comments.carry(locked, before.text, text)
    return revision


def _locked(sheet: LyricSheet) -> LyricSheet:
    return LyricSheet.objects.select_for_update().get(pk=sheet.pk)


def _newest(sheet: LyricSheet) -> LyricRevision:
    return sheet.revisions.select_related("created_by").latest("number")


def _is_noted_anew(newest: LyricRevision, text: str, note: str, by: User) -> bool:
    """Versions are never changed, so a note on words that are saved already makes one more of them."""
    return bool(note) and text == newest.text and (newest.note, newest.created_by_id) != (note, by.pk)


# -- What a sheet is called, and where it lies -------------------------------------------------------


class ChangedMeanwhile(Refusal):
    """Somebody else changed this field after the person had opened it, and to something else."""

    def __init__(self, field: str, now: str) -> None:
        said = f"changed the {field} to “{now}”" if now else f"removed the {field}"
        sentence = f"Somebody {said} meanwhile. Save again if yours is right."
        if field == "notes":  # too long for a sentence
            sentence = "Somebody changed the notes meanwhile; theirs are above. Put both together."
        super().__init__(sentence)
        self.field = field


@transaction.atomic
def describe(
    sheet: LyricSheet,
    *,
    title: str,
    language: str,
    notes: str,
    before: str,
    title_shown: str = "",
    language_shown: str | None = None,
) -> None:
    """Keep what differs from what the person had been shown; of the notes that is `before`. What is not known
    to have been shown is what it is now. Raises ChangedMeanwhile, and keeps nothing."""
    locked = _locked(sheet)
    language_was = locked.language if language_shown is None else language_shown
    about = (
        _agreed("title", title[:80] or locked.title, title_shown or locked.title, locked.title),
        _agreed("language", language, language_was, locked.language),
        _agreed("notes", notes, before, locked.notes),
    )
    if about != (locked.title, locked.language, locked.notes):
        locked.title, locked.language, locked.notes = about
        _index(locked, _newest(locked).text)


def _agreed(field: str, typed: str, shown: str, now: str) -> str:
    """What a field says from here on: what was typed, and if nothing was, what somebody else did."""
    typed_, shown_, now_ = (unicodedata.normalize("NFC", each).strip() for each in (typed, shown, now))
    if typed_ == shown_:
        return now
    if now_ not in (shown_, typed_):
        raise ChangedMeanwhile(field, now)
    return typed


def put_away(sheet: LyricSheet) -> None:
    """Take it out of the lists. It can still be found there, opened and sung."""
    LyricSheet.objects.filter(pk=sheet.pk, archived_at=None).update(archived_at=db_now())


def take_out(sheet: LyricSheet) -> None:
    """Back into the lists."""
    LyricSheet.objects.filter(pk=sheet.pk).update(archived_at=None)


def _rename(sheet: LyricSheet, title: str, shown: str, text: str) -> None:
    title = _agreed("title", title[:80] or sheet.title, shown or sheet.title, sheet.title)
    if title != sheet.title:
        sheet.title = title
        _index(sheet, text)


def _index(sheet: LyricSheet, text: str) -> None:
    """Keep what the sheet is called and found by; it moves up in the lists."""
    sheet.words = fold(f"{sheet.title} {text} {sheet.notes}"[:LONGEST])
    sheet.save(update_fields=["title", "language", "notes", "words", "changed_at"])


# -- Lists ------------------------------------------------------------------------------------------


def matching(sheets: LyricSheetQuerySet, query: str) -> LyricSheetQuerySet:
    """Those with every word of the query in title, text or notes; "several words" stand as they are."""
    terms = terms_of(query)
    if query.strip() and not terms:
        return sheets.none()
    for term in terms:
        sheets = sheets.filter(words__contains=" ".join(term.words))
    return sheets


def with_newest(sheets: LyricSheetQuerySet) -> LyricSheetQuerySet:
    """`versions` and how the newest one begins, as `text`, on each sheet, in one query; the last changed
    comes first."""
    newest = LyricRevision.objects.filter(sheet=OuterRef("pk")).order_by("-number")
    return (
        sheets.annotate(versions=Subquery(newest.values("number")[:1]))
        .annotate(text=Subquery(newest.values(begins=Left("text", OPENING))[:1]))
        .select_related("project", "created_by")
        .defer("words", "notes")
        .order_by("-changed_at", "-pk")
    )
