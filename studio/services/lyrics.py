"""The verbs of lyric sheets: each saved version stays as it was written."""

from django.db import transaction
from django.db.models import Max, OuterRef, Subquery

from accounts.models import User
from studio.errors import Refusal
from studio.models import LyricRevision, LyricSheet, Project, Task
from studio.models.clock import db_now
from studio.models.lyrics import LyricSheetQuerySet
from studio.models.tasks import first_line
from studio.music_api.types import Item, PollResult
from studio.services import clips

UNTITLED = "Untitled lyrics"


@transaction.atomic
def create_sheet(*, project: Project, by: User, title: str, text: str = "") -> LyricSheet:
    """A new sheet with its first version. An empty title is taken from the first line."""
    name = (title or first_line(text) or UNTITLED)[:80]
    sheet = LyricSheet.objects.create(project=project, created_by=by, title=name)
    LyricRevision.objects.create(sheet=sheet, number=1, text=text, created_by=by)
    return sheet


class SavedMeanwhile(Refusal):
    """Somebody has saved another text since this one was begun: `newest` is their version."""

    def __init__(self, newest: LyricRevision) -> None:
        super().__init__(f"{newest.created_by} saved version {newest.number} while you were writing.")
        self.newest = newest


@transaction.atomic
def save(sheet: LyricSheet, *, by: User, title: str, text: str, base: int) -> LyricRevision:
    """Keep the text as a new version and give it back; the title simply changes.

    `base` is the number of the version the writing began with. A text that is still that version's adds
    none: the newest one comes back. Raises SavedMeanwhile, and keeps nothing, when both would differ.
    """
    locked = LyricSheet.objects.select_for_update().get(pk=sheet.pk)
    newest = _newest(locked)
    begun_with = locked.revisions.filter(number=base).first()
    if text == newest.text or (begun_with and text == begun_with.text):
        _touch(locked, title)
        return newest
    if base != newest.number:
        raise SavedMeanwhile(newest)
    _touch(locked, title, always=True)
    # The sound was proposed for these words, and goes with them while they are worked on.
    return _add(locked, by=by, text=text, sound=newest.sound)


@transaction.atomic
def bring_back(sheet: LyricSheet, number: int, *, by: User) -> LyricRevision:
    """Make an earlier version's text and sound the newest version. Raises LyricRevision.DoesNotExist."""
    locked = LyricSheet.objects.select_for_update().get(pk=sheet.pk)
    earlier, newest = locked.revisions.get(number=number), _newest(locked)
    if (earlier.text, earlier.sound) == (newest.text, newest.sound):
        return newest
    _touch(locked, "", always=True)
    return _add(locked, by=by, text=earlier.text, sound=earlier.sound)


def with_newest(sheets: LyricSheetQuerySet) -> LyricSheetQuerySet:
    """`versions` and the newest one's `text` on each sheet, in one query; the last changed comes first."""
    newest = LyricRevision.objects.filter(sheet=OuterRef("pk")).order_by("-number")
    return (
        sheets.annotate(versions=Subquery(newest.values("number")[:1]))
        .annotate(text=Subquery(newest.values("text")[:1]))
        .select_related("project", "created_by")
        .order_by("-changed_at", "-pk")
    )


def _newest(sheet: LyricSheet) -> LyricRevision:
    return sheet.revisions.select_related("created_by").latest("number")


def _touch(sheet: LyricSheet, title: str, *, always: bool = False) -> None:
    """Take a new title, and move up in the lists when something has changed."""
    name = title[:80] or sheet.title
    if always or name != sheet.title:
        sheet.title = name
        sheet.save(update_fields=["title", "changed_at"])


def _add(
    sheet: LyricSheet, *, by: User, text: str, sound: str = "", task: Task | None = None
) -> LyricRevision:
    last = sheet.revisions.aggregate(last=Max("number"))["last"] or 0
    return LyricRevision.objects.create(
        sheet=sheet, number=last + 1, text=text, sound=sound, created_by=by, task=task
    )


@transaction.atomic
def keep_draft(task_id: int) -> bool:
    """Make a sheet of the lyrics that a task brought, and end the task. False when it brought none.

    A second call finds the sheet of the first.
    """
    known = Task.objects.select_for_update(of=("self",)).select_related("created_by", "project")
    task = known.get(pk=task_id)
    if task.operation != "make_lyrics" or task.answer is None:
        return False
    if task.archive_after is None or task.archive_after > db_now():
        return True
    items = PollResult.from_dict(task.answer).items
    if items and not LyricRevision.objects.filter(task=task).exists():
        _keep(task, items[0])
    clips.finish(task_id)
    return True


def _keep(task: Task, item: Item) -> None:
    text = (item.lyrics or "").replace("\r\n", "\n").replace("\r", "\n")
    title = (item.title or first_line(text) or UNTITLED)[:80]
    sheet = LyricSheet.objects.create(project=task.project, created_by=task.created_by, title=title)
    _add(sheet, by=task.created_by, text=text, sound=item.sound or "", task=task)
