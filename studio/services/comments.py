"""Comments on moments of a song: said by members and by guests of a link, answered, resolved, assigned."""

import math
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from studio.errors import Refusal
from studio.models import Clip, Comment, Guest, Project, Share
from studio.models.clock import db_now
from studio.services import notices, shares

A_MOMENT = timedelta(minutes=1)
MAY_EDIT = timedelta(minutes=5)
LONGEST = 2_000
MOST, MOST_OF_GUESTS = 1_000, 500  # of one song, with all answers: what guests say never shuts the team out
MOST_ANSWERS = 100
ROUNDING_S = 0.5  # what a person may be off who reads the song's length from the screen
THE_TEAM = "The team"  # what guests read instead of a member's name

IN_THE_BIN = "This song is in the bin, where nobody comments on it. Restore it first."
ARCHIVED = "This project is archived. Nobody comments on its songs any more."
TOO_LATE = "A comment can be changed for five minutes. Answer it to add something."


class NotNow(Refusal):
    """The song is in the bin, or its project is archived."""


class BadText(Refusal):
    field = "text"


class TooMany(Refusal):
    field = "text"


class BadStart(Refusal):
    """The moment, or the beginning of the range, is none of the song."""

    field = "start"


class BadEnd(Refusal):
    field = "end"


class NotYours(Refusal):
    """It is not the person's own comment, or none of their link."""

    field = "text"


class NotInTheProject(Refusal):
    """Who was asked to see to a comment can't see it."""


class TooLateToEdit(Refusal):
    field = "text"


# -- Said -----------------------------------------------------------------------------------------


@transaction.atomic
def add(
    clip: Clip,
    *,
    text: str,
    start: float | None,
    end: float | None,
    by: User | None = None,
    guest: Guest | None = None,
    share: Share | None = None,
) -> Comment:
    """Remark on a moment (`start`, in seconds), a range (with `end`) or the whole song (neither).

    Said by a member or by a guest, whose link is the comment's `share`; a member's comment without one is
    read by the team alone. The same words by the same person a moment ago are the same comment. Raises
    NotNow, BadText, BadStart, BadEnd, TooMany.
    """
    clip = _open(clip)
    text, (start, end) = _text(text), _moments(clip, start, end)
    who = {"created_by": by, "guest": guest, "share": guest.share if guest else share}
    known = _said_just_now(clip, text, who).filter(parent=None, start=start, end=end)
    return known.first() or _write(clip, text, **who, start=start, end=end)


@transaction.atomic
def answer(comment: Comment, *, text: str, by: User | None = None, guest: Guest | None = None) -> Comment:
    """Say something to a comment; an answer to an answer goes where that one went.

    It is read where its comment is. Raises what `add` raises, and NotYours for a guest who can't read it.
    """
    clip = _open(comment.clip)
    head = comment.parent or comment
    if guest and not on_link(guest.share, guest).filter(pk=head.pk).exists():
        raise NotYours("This comment is gone.")
    text = _text(text)
    who = {"created_by": by, "guest": guest, "share": head.share}
    if known := _said_just_now(clip, text, who).filter(parent=head).first():
        return known
    if head.answers.count() >= MOST_ANSWERS:
        raise TooMany(f"A comment has at most {MOST_ANSWERS} answers. Begin a new one.")
    return _write(clip, text, **who, parent=head)


@transaction.atomic
def edit(comment: Comment, *, text: str, by: User | None = None, guest: Guest | None = None) -> None:
    """Put other words in its place, for five minutes and by who wrote it.

    Raises NotNow, BadText, NotYours, TooLateToEdit.
    """
    _open(comment.clip)
    text = _text(text)
    if not is_by(comment, by, guest):
        raise NotYours("Only who wrote a comment can change it.")
    young = Comment.objects.filter(pk=comment.pk, created_at__gt=db_now() - MAY_EDIT)
    if young.filter(text=text).exists():
        return
    if not young.update(text=text, edited_at=db_now()):
        raise TooLateToEdit(TOO_LATE)


def is_by(comment: Comment, by: User | None = None, guest: Guest | None = None) -> bool:
    """Whether this member, or this guest, wrote it."""
    if guest:
        return comment.guest_id == guest.pk
    return by is not None and comment.created_by_id == by.pk


def may_still_edit(comment: Comment, by: User | None = None, guest: Guest | None = None) -> bool:
    """Whether to offer it. `edit` looks once more, by the database's clock, which is a query each time."""
    return is_by(comment, by, guest) and comment.created_at > timezone.now() - MAY_EDIT


def _open(clip: Clip) -> Clip:
    """The song, locked: comments are counted and written one after the other."""
    locked = Clip.objects.select_for_update(of=("self",), no_key=True).select_related("project")
    now = locked.get(pk=clip.pk)
    if reason := reason_not_to_comment(now):
        raise NotNow(reason)
    return now


def reason_not_to_comment(clip: Clip) -> str:
    """Why nobody comments on it now, for members and guests alike; "" when they may."""
    if clip.binned_at:
        return IN_THE_BIN
    return ARCHIVED if clip.project.is_archived else ""


def _text(text: str) -> str:
    text = text.strip()
    if not text:
        raise BadText("Write what there is to say.")
    if len(text) > LONGEST:
        raise BadText(f"A comment has at most {LONGEST:,} characters; this has {len(text):,}.")
    return text


def _moments(clip: Clip, start: float | None, end: float | None) -> tuple[float | None, float | None]:
    """Both within the song, to the hundredth of a second."""
    if start is None and end is not None:
        raise BadStart("Say where the part begins.")
    begins, ends = (_within(clip, start, BadStart), _within(clip, end, BadEnd))
    if begins is not None and ends is not None and ends <= begins:
        raise BadEnd("The part has to end after it begins.")
    return begins, ends


def _within(clip: Clip, moment: float | None, refusal: type[Refusal]) -> float | None:
    if moment is None:
        return None
    if not math.isfinite(moment) or not 0 <= moment <= clip.duration + ROUNDING_S:
        minutes, seconds = divmod(math.floor(clip.duration), 60)
        raise refusal(f"The song ends at {minutes}:{seconds:02d}.")
    return round(min(moment, clip.duration), 2)


def _said_just_now(clip: Clip, text: str, who: dict[str, Any]) -> QuerySet[Comment]:
    lately = db_now() - A_MOMENT
    return Comment.objects.filter(clip=clip, text=text, created_at__gt=lately, **who)


def _write(clip: Clip, text: str, **fields: Any) -> Comment:
    said = Comment.objects.filter(clip=clip)
    of_guests = said.filter(guest__isnull=False)
    if said.count() >= MOST or (fields["guest"] and of_guests.count() >= MOST_OF_GUESTS):
        raise TooMany("This song has as many comments as it can hold.")
    comment = Comment.objects.create(clip=clip, text=text, **fields)
    notices.commented(comment)
    return comment


# -- Resolved and assigned --------------------------------------------------------------------------


@transaction.atomic
def resolve(comment: Comment, *, by: User) -> None:
    """It asks for nothing any more. Who said so first stays. Raises NotNow."""
    _open(comment.clip)
    heads = Comment.objects.filter(pk=comment.pk, parent=None, resolved_at=None)
    heads.update(resolved_at=db_now(), resolved_by=by)


@transaction.atomic
def reopen(comment: Comment) -> None:
    """Raises NotNow."""
    _open(comment.clip)
    Comment.objects.filter(pk=comment.pk).update(resolved_at=None, resolved_by=None)


@transaction.atomic
def assign(comment: Comment, to: User | None) -> None:
    """Ask one of the team to see to it; None takes that back. Raises NotNow, and NotInTheProject."""
    clip = _open(comment.clip)
    if to and not audience(clip.project).filter(pk=to.pk).exists():
        raise NotInTheProject(f"{to} does not see this project.")
    Comment.objects.filter(pk=comment.pk, parent=None).update(assigned_to=to)


def audience(project: Project) -> QuerySet[User]:
    """Who may be asked to see to a comment: all who see the project."""
    return project.audience()


# -- Read -----------------------------------------------------------------------------------------


def threads(clip: Clip) -> QuerySet[Comment]:
    """The comments that others answer, the newest first, with their answers, whose they are, and the links
    of guests."""
    answers = Prefetch("answers", _with_faces(Comment.objects.all()).order_by("pk"))
    heads = _with_faces(Comment.objects.filter(clip=clip, parent=None))
    heads = heads.select_related("share", "resolved_by", "assigned_to")
    return heads.prefetch_related(answers).order_by("-pk")


def _with_faces(comments: QuerySet[Comment]) -> QuerySet[Comment]:
    with_all = comments.select_related("created_by__picture", "guest__share")
    return with_all.defer("created_by__picture__content")


def on_link(share: Share, guest: Guest | None) -> QuerySet[Comment]:
    """The comments that are read through a link, the oldest first, with their answers and who said them.

    Everybody's where its guests see each other; else what the team said and what this guest said. Members
    are to be called THE_TEAM.
    """
    said = Comment.objects.filter(share=share, parent=None, clip__in=shares.visible(share))
    heads = _seen_by(guest, share, said.select_related("guest"))
    answers = Prefetch("answers", _seen_by(guest, share, Comment.objects.select_related("guest")))
    return heads.prefetch_related(answers)


def _seen_by(guest: Guest | None, share: Share, comments: QuerySet[Comment]) -> QuerySet[Comment]:
    if not share.see_each_other:
        is_theirs = Q(guest=None) | Q(guest=guest) if guest else Q(guest=None)
        comments = comments.filter(is_theirs)
    return comments.order_by("pk")


def name_for_guests(comment: Comment) -> str:
    """Who said it, as far as guests of the link read it."""
    return comment.guest.name if comment.guest else THE_TEAM
