"""Comments as the team sees them: what can be done about each, marks on the waveform, orders that answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects

from accounts.models import User
from studio.forms import ClipOrderForm, CommentForm, EditCommentForm
from studio.models import Clip, Comment, LyricRevision, Project, Task
from studio.services import comments, timings
from studio.services.providers import Operation
from studio.views import access, offers
from studio.views.htmx import StudioRequest, whole_number

PAGE = 50
MOST_RESOLVED = 10
MOST_NAMES = 50  # of people who can be asked to see to a comment
MAKES = ("replace_music", "extend_music")


@dataclass(frozen=True)
class Refused:
    """What was sent and not done: a form to be put right where it stands, or words beside a button."""

    key: str  # "new", or what was to be done with which comment: "answer_5", "edit_5", "settle_5"
    form: forms.Form | None = None
    words: str = ""


NOTHING = Refused("")


@dataclass(frozen=True)
class Said:
    comment: Comment
    edit: forms.Form | None  # for who wrote it, as long as it can be changed


@dataclass(frozen=True)
class Thread:
    """A comment with its answers, and what the person who looks may do about it."""

    said: Said
    answers: list[Said]
    form: forms.Form | None  # an answer that was refused; an empty field is quicker drawn than a form
    may_settle: bool
    refusal: str  # why nothing is said any more
    offers: list[offers.Offer]
    made: list[Task]
    problem: str

    @property
    def comment(self) -> Comment:
        return self.said.comment


@dataclass(frozen=True)
class Mark:
    """Where a comment lies on the waveform, in per cent of the song."""

    comment: Comment
    at: float
    width: float


@dataclass(frozen=True)
class Desk:
    """What the person who looks may do to comments, and what of theirs was refused."""

    user: User
    may_edit: bool
    refusal: str
    offers: list[offers.Offer]
    refused: Refused

    def thread(self, comment: Comment) -> Thread:
        mine = self.user.pk in (comment.created_by_id, comment.assigned_to_id)
        is_over = comment.resolved_at is not None
        return Thread(
            said=self._said(comment),
            answers=[self._said(each) for each in comment.answers.all()],
            form=self._refused("answer", comment),
            may_settle=not self.refusal and (self.may_edit or mine),
            refusal=self.refusal,
            offers=[] if is_over or comment.start is None else self.offers,
            made=_shown(list(comment.orders.all())),
            problem=self.refused.words if self.refused.key == f"settle_{comment.pk}" else "",
        )

    def _said(self, comment: Comment) -> Said:
        form = self._refused("edit", comment)
        if not form and not self.refusal and comments.may_still_edit(comment, by=self.user):
            form = EditCommentForm(initial={"text": comment.text}, auto_id=f"edit_{comment.pk}_%s")
        return Said(comment, form)

    def _refused(self, what: str, comment: Comment) -> forms.Form | None:
        return self.refused.form if self.refused.key == f"{what}_{comment.pk}" else None


def _shown(orders: list[Task]) -> list[Task]:
    """What is being made and what came; what failed only while nothing was ordered after it."""
    return [each for each in orders if each.is_moving or each.songs or each == orders[-1]]  # type: ignore[attr-defined]


# -- The lists --------------------------------------------------------------------------------------


def context(request: StudioRequest, clip: Clip, refused: Refused = NOTHING) -> dict[str, Any]:
    """What `comments/_all.html` and `comments/_marks.html` show: the newest open comments as they follow one
    another in the song, and the last that were resolved. In a fixed number of queries."""
    heads, is_done = comments.threads(clip), "resolved" in request.GET
    one = whole_number(request.GET.get("at", ""))
    listed = _around(heads, one) if one else heads.filter(resolved_at__isnull=not is_done)
    shown = list(_beyond(listed, request.GET.get("comments_before", ""))[: PAGE + 1])
    resolved = [] if is_done or one else list(heads.exclude(resolved_at=None)[: MOST_RESOLVED + 1])
    desk = _desk(request.user, clip, refused)
    _bring_orders([*shown[:PAGE], *resolved[:MOST_RESOLVED]], request.user)
    threads = [desk.thread(each) for each in sorted(shown[:PAGE], key=_place)]
    return {
        "comment_form": (refused.form if refused.key == "new" else None) or CommentForm(),
        "threads": threads,
        "marks": [_mark(each.comment, clip) for each in threads if each.comment.start is not None],
        "older_comments": shown[PAGE - 1].pk if len(shown) > PAGE else None,
        "resolved": [desk.thread(each) for each in resolved[:MOST_RESOLVED]],
        "more_resolved": len(resolved) > MOST_RESOLVED,
        "is_done": is_done,
        "is_one": bool(one),
        "no_comment": desk.refusal,
        "audience": list(comments.audience(clip.project)[:MOST_NAMES]),
    }


def _place(comment: Comment) -> tuple[float, int]:
    """What is about the whole song comes first."""
    return (-1 if comment.start is None else comment.start, comment.pk)


def _around(heads: QuerySet[Comment], number: int) -> QuerySet[Comment]:
    """The thread that this comment begins or answers."""
    answered = Comment.objects.filter(pk=number).values("parent")
    return heads.filter(Q(pk=number) | Q(pk__in=answered))


def _beyond(heads: QuerySet[Comment], before: str) -> QuerySet[Comment]:
    """What is older than the comment with this number; nonsense counts as absent."""
    number = whole_number(before)
    return heads if number is None else heads.filter(pk__lt=number)


def _desk(user: User, clip: Clip, refused: Refused) -> Desk:
    # Whoever sees a song may say something to it, unless its project is archived.
    archived = access.reason_not_to(user, clip.project, "comment") if clip.project.is_archived else ""
    refusal = archived or comments.reason_not_to_comment(clip)
    why_not_edit = access.reason_not_to(user, clip.project, "edit")
    makes = [offers.offer(clip, name, why_not_edit) for name in MAKES] if clip.master else []
    return Desk(user, not why_not_edit, refusal, [each for each in makes if each], refused)


def _bring_orders(heads: Sequence[Comment], user: User) -> None:
    """The orders that answer these comments, with the songs that they made: those that the person sees."""
    songs = Clip.objects.visible_to(user).kept().prefetch_related("assets").order_by("pk")
    orders = Task.objects.visible_to(user).defer("answer").order_by("pk")
    with_songs = orders.prefetch_related(Prefetch("clips", songs, to_attr="songs"))
    prefetch_related_objects(heads, Prefetch("orders", with_songs))


def _mark(comment: Comment, clip: Clip) -> Mark:
    at = 100 * (comment.start or 0) / clip.duration
    return Mark(comment, at, 100 * comment.end / clip.duration - at if comment.end else 0)


# -- From a comment to an order ----------------------------------------------------------------------


def asked_for(clip: Clip, number: Any) -> Comment | None:
    """The comment on this song that an order is to answer; None for any other number, or none."""
    known = whole_number(str(number or ""))
    heads = Comment.objects.filter(clip=clip, parent=None).select_related("created_by", "guest__share")
    return heads.filter(pk=known).first() if known else None


def filled(clip: Clip, operation: Operation, comment: Comment | None) -> dict[str, Any]:
    """What the form of an order begins with: the part that the comment is about, and what is sung there."""
    if comment is None or comment.start is None:
        return {"comment": comment.pk} if comment else {}
    part = ClipOrderForm.part_meant(clip, operation, comment.start, comment.end)
    words = timings.words_between(clip, part["starts_at"], part["ends_at"]) if "ends_at" in part else ""
    return {"comment": comment.pk, **part, **({"lyrics": words} if words else {})}


def still_sung(clip: Clip, params: dict[str, Any]) -> LyricRevision | None:
    """The saved words that the song sings, where a new part of it sings what was there."""
    words, start, end = (params.get(name) for name in ("lyrics", "starts_at", "ends_at"))
    if not words or start is None or end is None or clip.task is None:
        return None
    return clip.task.lyric_revision if words.strip() == timings.words_between(clip, start, end) else None


def answered(clip: Clip, user: User) -> Comment | None:
    """The comment that the song's order answers, on a song that this person sees."""
    if clip.task is None or clip.task.comment_id is None:
        return None
    seen = Comment.objects.filter(clip__project__in=Project.objects.visible_to(user), clip__purged_at=None)
    with_all = seen.select_related("clip", "created_by", "guest__share")
    return with_all.filter(pk=clip.task.comment_id).first()
