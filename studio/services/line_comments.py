"""The verbs of comments on lines: made, answered, resolved; and each moves along with its line."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import User
from studio.errors import Refusal
from studio.models import LineComment, LyricRevision, LyricSheet, Project
from studio.models.clock import db_now
from studio.text.anchors import carry as carried
from studio.text.sections import lines_of

A_MOMENT = timedelta(minutes=1)
MOST_ANSWERS = 100
LONGEST_QUOTE = LineComment._meta.get_field("quote").max_length or 0


class NoSuchLine(Refusal):
    """The line that was meant is none of the text that was shown."""

    field = "line"


class TooManyAnswers(Refusal):
    field = "text"


@transaction.atomic
def add(revision: LyricRevision, *, line: int, text: str, by: User) -> LineComment:
    """Remark on a line, counted from 0, of the version that the person had before them.

    The same words by the same person a moment ago are the same comment. Raises NoSuchLine.
    """
    LyricSheet.objects.select_for_update().get(pk=revision.sheet_id)
    lines = lines_of(revision.text)
    if line >= len(lines) or not lines[line].strip():
        raise NoSuchLine("Choose a line that has words.")
    quote = lines[line].strip()[:LONGEST_QUOTE]
    known = _said_just_now(revision.sheet, by, text).filter(parent=None, quote=quote, revision=revision)
    return known.first() or _write(revision, _line_now(revision, line), quote, text, by)


def _line_now(revision: LyricRevision, line: int) -> int | None:
    """Where the line is in the newest version, for somebody may have saved meanwhile."""
    newest = LyricRevision.objects.filter(sheet=revision.sheet_id).latest("number")
    return line if newest == revision else carried(revision.text, newest.text).get(line)


@transaction.atomic
def answer(comment: LineComment, *, text: str, by: User) -> LineComment:
    """Say something to a comment; an answer to an answer goes where that one went. Raises TooManyAnswers."""
    head = comment.parent or comment
    LyricSheet.objects.select_for_update().get(pk=head.sheet_id)
    if known := _said_just_now(head.sheet, by, text).filter(parent=head).first():
        return known
    if head.answers.count() >= MOST_ANSWERS:
        raise TooManyAnswers(f"A comment has at most {MOST_ANSWERS} answers. Begin a new one.")
    line = LineComment.objects.values_list("line", flat=True).get(pk=head.pk)
    return _write(head.revision, line, head.quote, text, by, parent=head)


def _said_just_now(sheet: LyricSheet, by: User, text: str) -> QuerySet[LineComment]:
    lately = db_now() - A_MOMENT
    return LineComment.objects.filter(sheet=sheet, created_by=by, text=text, created_at__gt=lately)


def _write(
    revision: LyricRevision,
    line: int | None,
    quote: str,
    text: str,
    by: User,
    parent: LineComment | None = None,
) -> LineComment:
    where = {"sheet": revision.sheet, "revision": revision, "line": line, "quote": quote}
    comment = LineComment.objects.create(**where, parent=parent, text=text, created_by=by)
    comment.mentions.set(mentioned(text, audience(revision.sheet.project).exclude(pk=by.pk)))
    return comment


def resolve(comment: LineComment, *, by: User) -> None:
    """It asks for nothing any more. Who said so first stays."""
    LineComment.objects.filter(pk=comment.pk, parent=None, resolved_at=None).update(
        resolved_at=db_now(), resolved_by=by
    )


def reopen(comment: LineComment) -> None:
    LineComment.objects.filter(pk=comment.pk).update(resolved_at=None, resolved_by=None)


def carry(sheet: LyricSheet, old: str, new: str) -> None:
    """Move all comments of a sheet to where their lines are in the new text. One whose line is gone has none,
    until a line reads again as it did: one that did so all along was never its own. Called while the sheet
    is locked."""
    comments = list(LineComment.objects.filter(sheet=sheet).only("line", "quote"))
    if not comments or old == new:
        return
    moves = carried(old, new)
    places = _come(old, new, moves)
    moved = []
    for comment in comments:
        there = places.get(comment.quote) if comment.line is None else moves.get(comment.line)
        if there != comment.line:
            comment.line = there
            moved.append(comment)
    LineComment.objects.bulk_update(moved, ["line"], batch_size=200)


def _come(old: str, new: str, moves: dict[int, int]) -> dict[str, int]:
    """What each line reads that did not stand in the old text, and where the first of its kind is."""
    before, after = lines_of(old), lines_of(new)
    stood = {there for line, there in moves.items() if before[line].strip() == after[there].strip()}
    come = [(at, line) for at, line in enumerate(after) if at not in stood]
    return {line.strip()[:LONGEST_QUOTE]: at for at, line in reversed(come)}


# -- Mentions ---------------------------------------------------------------------------------------


def audience(project: Project) -> QuerySet[User]:
    """Who may see the project, and so may be mentioned in it."""
    return project.audience()


def mentioned(text: str, people: Iterable[User]) -> list[User]:
    """The people whom "@Edda Editor" or "@edda", the part before the @ of her address, names."""
    said = text.casefold()
    names = [(name, user) for user in people for name in _names(user)]
    found: dict[int, User] = {}
    for at, sign in enumerate(said):
        if sign != "@" or (at and said[at - 1].isalnum()):  # an address has letters before it
            continue
        fits = [(name, user) for name, user in names if _begins_with(said[at + 1 :], name)]
        longest = max((len(name) for name, _ in fits), default=0)
        found |= {user.pk: user for name, user in fits if len(name) == longest}
    return list(found.values())


def _names(user: User) -> set[str]:
    return {user.name.casefold(), user.email.partition("@")[0].casefold()} - {""}


def _begins_with(said: str, name: str) -> bool:
    """ "edda" begins "edda, look" and not "eddard"."""
    return said.startswith(name) and not said[len(name) : len(name) + 1].isalnum()


def mentioning(user: User) -> QuerySet[LineComment]:
    """What is said to this person, of comments that are still open and that they may see."""
    is_open = Q(parent=None, resolved_at=None) | Q(parent__isnull=False, parent__resolved_at=None)
    sheets = LyricSheet.objects.visible_to(user).kept()
    return LineComment.objects.filter(is_open, mentions=user, sheet__in=sheets).order_by("-pk")
