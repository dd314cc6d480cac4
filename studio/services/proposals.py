"""The verbs of texts that were written by AI: kept as a sheet, or beside the sheet they were ordered for, and
then taken as a whole, section by section, or discarded."""

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from studio.errors import Refusal
from studio.models import LyricProposal, LyricRevision, LyricSheet, Task
from studio.models.clock import db_now
from studio.models.tasks import first_line
from studio.music_api.types import Item, PollResult
from studio.services import clips, lyrics
from studio.text import takeover

OPERATION = "make_lyrics"
ALL_TAKEN = "Taken from the AI’s text"
LONGEST_NAME = 60


class Decided(Refusal):
    """Somebody took or discarded the text meanwhile."""


@transaction.atomic
def keep(task_id: int) -> bool:
    """Keep the lyrics that a task brought, and end the task. False when it brought none.

    They become a sheet of their own, or lie beside the version that they were ordered for. A second call
    finds what the first has kept.
    """
    known = Task.objects.select_for_update(of=("self",))
    task = known.select_related("created_by", "project", "lyric_revision").get(pk=task_id)
    if task.operation != OPERATION or task.answer is None:
        return False
    if task.archive_after is None or task.archive_after > db_now():
        return True
    if items := PollResult.from_dict(task.answer).items:
        _keep(task, items[0])
    clips.finish(task_id)
    return True


def _keep(task: Task, item: Item) -> None:
    text = (item.lyrics or "").replace("\r\n", "\n").replace("\r", "\n")
    title = (item.title or first_line(text))[:80]
    words = {"text": text, "sound": item.sound or ""}
    if task.lyric_revision:
        beside = {"sheet_id": task.lyric_revision.sheet_id, "beside": task.lyric_revision}
        LyricProposal.objects.get_or_create(task=task, defaults={"title": title, **words, **beside})
    elif not LyricRevision.objects.filter(task=task).exists():
        about = {"created_by": task.created_by, "title": title or lyrics.UNTITLED}
        sheet = LyricSheet.objects.create(project=task.project, **about)
        lyrics.add(sheet, by=task.created_by, task=task, **words)


# -- What becomes of them ---------------------------------------------------------------------------


@transaction.atomic
def take_all(proposal: LyricProposal, *, by: User) -> LyricRevision:
    """Put the whole text, and the sound proposed with it, on top of whatever is newest. A second call finds
    the version of the first. Raises Decided."""
    known = _locked(proposal)
    if taken := known.task.lyric_revisions.first():
        return taken
    _check_open(known)
    _decide(known, by)
    sound = known.sound or None
    return lyrics.add(known.sheet, by=by, text=known.text, sound=sound, task=known.task, note=ALL_TAKEN)


@transaction.atomic
def take_section(
    proposal: LyricProposal, index: int, *, by: User, base: int | None = None
) -> tuple[LyricRevision, str]:
    """Put one section, counted from 0, into the newest text. Gives the version that has it, and its name.

    The proposal stays open. `base` is the version that the person had before them: what they have taken
    since then is the same press of the button. Raises Decided, or IndexError for no section.
    """
    known = _locked(proposal)
    name = takeover.name_of(known.text, index)[:LONGEST_NAME]
    _check_open(known)
    newest = known.sheet.revisions.latest("number")
    note = f"{name} taken from the AI’s text"
    since = known.sheet.revisions.filter(number__gt=base or newest.number, created_by=by, note=note)
    text = takeover.with_section(newest.text, known.text, index)
    if text == newest.text or since.exists():
        return newest, name
    return lyrics.add(known.sheet, by=by, text=text, note=note), name


@transaction.atomic
def discard(proposal: LyricProposal, *, by: User) -> None:
    """It is put aside; who decided first stays."""
    known = _locked(proposal)
    if known.decided_at is None:
        _decide(known, by)


@transaction.atomic
def bring_back(proposal: LyricProposal) -> None:
    """A discarded text can be taken again; one that was taken is in the sheet's history."""
    known = _locked(proposal)
    if not known.task.lyric_revisions.exists():
        LyricProposal.objects.filter(pk=known.pk).update(decided_at=None, decided_by=None)


def _locked(proposal: LyricProposal) -> LyricProposal:
    """As it is now, with the sheet locked: all that changes either goes one after the other."""
    LyricSheet.objects.select_for_update().get(pk=proposal.sheet_id)
    return LyricProposal.objects.select_related("sheet", "task").get(pk=proposal.pk)


def _check_open(proposal: LyricProposal) -> None:
    if proposal.decided_at:
        how = "taken as a whole" if proposal.task.lyric_revisions.exists() else "discarded"
        raise Decided(f"{proposal.decided_by} has {how} this text already.")


def _decide(proposal: LyricProposal, by: User) -> None:
    LyricProposal.objects.filter(pk=proposal.pk).update(decided_at=db_now(), decided_by=by)


# -- Of a sheet -------------------------------------------------------------------------------------


def orders_for(sheet: LyricSheet) -> QuerySet[Task]:
    """Every order for words of this sheet, also the one that began it; the newest first."""
    asked = Task.objects.filter(lyric_revision__sheet=sheet, operation=OPERATION).values("pk")
    began = sheet.revisions.order_by().exclude(task=None).values("task")
    return Task.objects.filter(pk__in=asked.union(began)).order_by("-pk")
