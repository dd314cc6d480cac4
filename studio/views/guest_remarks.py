"""What guests read below a song of a link: what was said of it, whether it is approved, and their forms."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django import forms
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from studio.forms import GuestAnswerForm, GuestCommentForm, GuestForm
from studio.models import Clip, Comment, Guest, Share
from studio.services import comments, guests, share_pages, shares
from studio.services.share_pages import Page, Song

COOKIE, SALT = "studio_guest", "studio.guest"
KNOWN_FOR_S = 180 * 24 * 3600
PAGE = 100  # comments on one page, with their answers; older ones are a link away


# -- Who is here ------------------------------------------------------------------------------------


def guest_of(request: HttpRequest, share: Share) -> Guest | None:
    """Whoever said their name on this link, in this browser."""
    said = request.COOKIES.get(COOKIE, "")
    try:
        return guests.known(share, signing.loads(said, salt=SALT, max_age=KNOWN_FOR_S)) if said else None
    except signing.BadSignature:
        return None


def remember(response: HttpResponse, guest: Guest, token: str, *, secure: bool) -> None:
    """The browser tells from now on, below the address of this link alone, who it is."""
    response.set_cookie(
        COOKIE,
        signing.dumps(str(guest.key), salt=SALT),
        max_age=KNOWN_FOR_S,
        path=reverse("public", args=[token]),
        httponly=True,
        secure=secure,
        samesite="Lax",
    )


# -- What is shown ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Refused:
    """A form that was sent and is to be put right where it stands: "c-<handle>" of a comment on a song,
    "v-<handle>" of its approval, "a-<key>" of an answer."""

    key: str
    form: forms.Form


@dataclass(frozen=True)
class Said:
    comment: Comment
    is_mine: bool
    may_edit: bool

    @property
    def author(self) -> str:
        return comments.name_for_guests(self.comment)


@dataclass(frozen=True)
class Thread:
    """A comment with its answers, the songs that were made for it, and the form for one more answer."""

    said: Said
    answers: list[Said]
    form: forms.Form | None  # None: nothing is said any more
    takes: list[Song]

    @property
    def comment(self) -> Comment:
        return self.said.comment


@dataclass(frozen=True)
class Mark:
    """Where a comment lies on the waveform, in per cent of the song."""

    comment: Comment
    author: str
    at: float
    width: float


@dataclass(frozen=True)
class Approval:
    """Who approved a take, as far as this guest may know: "" where it is not their business."""

    at: datetime | None
    who: str
    is_mine: bool
    form: forms.Form | None  # None: nothing can be approved or taken back


@dataclass(frozen=True)
class Review:
    song: Song
    threads: list[Thread]
    form: forms.Form | None
    approval: Approval | None  # None: the link does not let anybody approve

    @cached_property
    def marks(self) -> list[Mark]:
        """Of what still asks for something."""
        return [_mark(each.said, self.song) for each in self.open if each.comment.start is not None]

    @property
    def open(self) -> list[Thread]:
        return [each for each in self.threads if not each.comment.resolved_at]

    @property
    def resolved(self) -> list[Thread]:
        return [each for each in self.threads if each.comment.resolved_at]


def _mark(said: Said, song: Song) -> Mark:
    start, end = said.comment.start or 0, said.comment.end or 0
    scale = 100 / max(song.duration, 0.01)
    return Mark(said.comment, said.author, min(start * scale, 100), max(end - start, 0) * scale)


def beside(
    request: HttpRequest, share: Share, token: str, page: Page, refused: Refused | None = None
) -> dict[str, Any]:
    """What `public/_review.html` shows of each song that stands whole, in a fixed number of queries."""
    desk = _Desk(share, page, guest_of(request, share), refused)
    heads, more = _heads(desk, is_all="comments" in request.GET)
    takes = _takes(share, page, heads)
    approvals = desk.approvals()
    reviews = {
        song.handle: desk.review(song, heads.get(pk, []), takes, approvals.get(pk))
        for pk, song in desk.songs.items()
    }
    return {"reviews": reviews, "guest": desk.guest, "more_comments": more}


def _heads(desk: "_Desk", *, is_all: bool) -> tuple[dict[int, list[Comment]], bool]:
    """The newest comments of these songs, as they follow one another in each; and whether there are older."""
    said = comments.on_link(desk.share, desk.guest).filter(clip__in=desk.songs).order_by("-pk")
    rows = list(said) if is_all else list(said[: PAGE + 1])
    more = not is_all and len(rows) > PAGE
    found: dict[int, list[Comment]] = {}
    for row in rows[:PAGE] if more else rows:
        found.setdefault(row.clip_id, []).append(row)
    for heads in found.values():
        heads.sort(key=lambda head: (head.start is None, head.start or 0, head.pk))
    return found, more


def _takes(share: Share, page: Page, heads: dict[int, list[Comment]]) -> dict[int, list[Song]]:
    """The songs of this page that were made for a comment, by the comment's id."""
    songs = {song.handle: song for song in page.songs}
    keys = [head.pk for listed in heads.values() for head in listed]
    rows = shares.visible(share).filter(task__comment__in=keys).order_by("pk")
    found: dict[int, list[Song]] = {}
    for comment, pk in rows.values_list("task__comment", "pk"):
        if song := songs.get(share.handle(pk)):
            found.setdefault(comment, []).append(song)
    return found


class _Desk:
    """What the guest who looks may do, and what of theirs was refused."""

    def __init__(self, share: Share, page: Page, guest: Guest | None, refused: Refused | None) -> None:
        self.share, self.guest, self.refused = share, guest, refused
        self.is_closed = share.project.is_archived
        clips = share_pages.handles(share)
        self.songs = {clips[song.handle]: song for song in page.whole if song.handle in clips}
        self.asked: dict[str, Any] = {"is_known": guest is not None, "recipient": share.recipient}

    def review(
        self,
        song: Song,
        heads: Iterable[Comment],
        takes: dict[int, list[Song]],
        approved: tuple[Any, ...] | None,
    ) -> Review:
        return Review(
            song=song,
            threads=[self._thread(head, takes.get(head.pk, [])) for head in heads],
            form=self._form(GuestCommentForm, f"c-{song.handle}"),
            approval=self._approval(song, approved) if self.share.may_approve else None,
        )

    def _form(self, form: type[GuestForm], key: str) -> forms.Form | None:
        if self.refused and self.refused.key == key:
            return self.refused.form
        return None if self.is_closed else form(auto_id=f"{key}-%s", **self.asked)

    def _thread(self, head: Comment, takes: list[Song]) -> Thread:
        form = self._form(GuestAnswerForm, f"a-{head.key}")
        return Thread(self._said(head), [self._said(each) for each in head.answers.all()], form, takes)

    def _said(self, comment: Comment) -> Said:
        is_mine = self.guest is not None and comments.is_by(comment, guest=self.guest)
        young = is_mine and not self.is_closed and comments.may_still_edit(comment, guest=self.guest)
        return Said(comment, is_mine, young)

    def approvals(self) -> dict[int, tuple[Any, ...]]:
        if not self.share.may_approve:
            return {}
        guest = ("approved_guest", "approved_guest__share", "approved_guest__name")
        rows = Clip.objects.filter(pk__in=self.songs).values_list("pk", "approved_at", "approved_by", *guest)
        return {row[0]: row[1:] for row in rows}

    def _approval(self, song: Song, row: tuple[Any, ...] | None) -> Approval:
        at, member, guest, share, name = row or (None, None, None, None, "")
        is_mine = self.guest is not None and guest == self.guest.pk
        who = "you" if is_mine else "the team" if member else ""
        if guest and not who and share == self.share.pk and self.share.see_each_other:
            who = name
        can_be = not song.final and (at is None or is_mine)
        form = self._form(GuestForm, f"v-{song.handle}") if can_be else None
        return Approval(at, who, is_mine, form)
