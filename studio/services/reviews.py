"""What of a project waits for whom: reviewers with a link, members with a comment, takes that nobody has
picked or made final. Always in the same number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from accounts.models import User
from studio.models import Clip, Comment, PlaylistEntry, Project, Share
from studio.models.clips import ClipQuerySet
from studio.services import takes

MOST = 50  # of each kind, the newest
MOST_COMMENTS = 200
LOOKED_AT = 500  # of the newest orders, whether they have a pick: a look at all of 100,000 takes too long
NAMED = 3  # songs by their titles

Kind = Share.Kind


class Song(NamedTuple):
    """What is needed of a clip that a link shows."""

    pk: int
    stack: UUID
    title: str
    approved_at: datetime | None
    picked: bool


@dataclass(frozen=True)
class Waiting:
    """A link whose reviewer has not said yes to any take of so many `songs`; `titles` names some of them."""

    share: Share
    songs: int
    titles: tuple[str, ...]

    @property
    def who(self) -> str:
        return self.share.recipient or self.share.label


@dataclass(frozen=True)
class Asked:
    """Open comments that somebody is to see to; nobody yet where `member` is None."""

    member: User | None
    comments: list[Comment]


@dataclass(frozen=True)
class Review:
    reviewers: list[Waiting]
    asked: list[Asked]
    approved: list[Clip]  # and not final
    unpicked: list[Clip]  # in front of several takes, none of which is the one; each knows its `take_count`

    @property
    def comments(self) -> int:
        return sum(len(each.comments) for each in self.asked)

    @property
    def is_empty(self) -> bool:
        return not (self.reviewers or self.asked or self.approved or self.unpicked)


def of(project: Project) -> Review:
    """What waits now; of each kind at most MOST."""
    kept: ClipQuerySet = Clip.objects.kept().filter(project=project)
    slim = kept.defer("peaks", "lyrics", "notes", "sound")
    approved = slim.filter(approved_at__isnull=False, final_at=None)
    who = ("approved_by", "approved_guest__share")
    return Review(
        reviewers=_reviewers(project),
        asked=_asked(project),
        approved=list(approved.select_related(*who).order_by("-approved_at", "-pk")[:MOST]),
        unpicked=_unpicked(slim),
    )


# -- Reviewers -------------------------------------------------------------------------------------


def _reviewers(project: Project) -> list[Waiting]:
    """The links that ask for a yes and have not got it, the oldest first."""
    live = Share.objects.live().filter(project=project, level=Share.Level.APPROVE)
    links = list(live.select_related("created_by").order_by("pk")[:MOST])
    songs = _songs(project, links)
    entries = _entries(links)
    answers = _answers(links)
    found = [_waiting(link, _shown(link, songs, entries), answers[link.pk]) for link in links]
    return [each for each in found if each.songs]


def _songs(project: Project, links: Sequence[Share]) -> list[Song]:
    """What any of the links shows, in one query."""
    listed = PlaylistEntry.objects.filter(playlist__in=[link.playlist_id for link in links])
    ids = Clip.objects.filter(pk__in=[link.clip_id for link in links if link.clip_id]).values("pk")
    ids = ids.union(
        Clip.objects.filter(stack__in=[link.stack for link in links if link.stack]).values("pk"),
        listed.order_by().values("clip"),
    )
    if any(link.kind == Kind.PICKS for link in links):
        ids = ids.union(Clip.objects.filter(project=project, picked=True).values("pk"))
    kept = Clip.objects.kept().filter(project=project, pk__in=ids)
    return [Song(*row) for row in kept.order_by("pk").values_list(*Song._fields)]


def _entries(links: Sequence[Share]) -> dict[int, set[int]]:
    """{playlist: its clips}."""
    found: dict[int, set[int]] = defaultdict(set)
    lists = [link.playlist_id for link in links if link.playlist_id]
    for playlist, clip in PlaylistEntry.objects.filter(playlist__in=lists).values_list("playlist", "clip"):
        found[playlist].add(clip)
    return found


def _answers(links: Sequence[Share]) -> dict[int, bool]:
    """{link: whether a take that answers a comment made through it was approved}."""
    yes = Clip.objects.kept().filter(task__comment__share__in=links, approved_at__isnull=False)
    said = set(yes.values_list("task__comment__share", flat=True))
    return {link.pk: link.pk in said for link in links}


def _shown(link: Share, songs: Iterable[Song], entries: dict[int, set[int]]) -> list[Song]:
    match link.kind:
        case Kind.CLIP:
            return [song for song in songs if song.pk == link.clip_id]
        case Kind.STACK:
            return [song for song in songs if song.stack == link.stack]
        case Kind.PLAYLIST:
            return [song for song in songs if song.pk in entries.get(link.playlist_id or 0, ())]
    return [song for song in songs if song.picked]


def _waiting(link: Share, shown: Sequence[Song], is_answered: bool) -> Waiting:
    """A yes to one take of a song is a yes to the song; so is one to a take that a comment brought."""
    done = {song.stack for song in shown if song.approved_at}
    if link.kind in (Kind.CLIP, Kind.STACK) and is_answered:
        return Waiting(link, 0, ())
    titles = {song.stack: song.title for song in shown if song.stack not in done}
    return Waiting(link, len(titles), tuple(titles.values())[:NAMED])


# -- Members, and nobody yet -----------------------------------------------------------------------


def _asked(project: Project) -> list[Asked]:
    """By member, those first who were asked first; what nobody was asked for comes last."""
    rows = Comment.objects.open().filter(clip__project=project, clip__binned_at=None)
    slim = ("clip__peaks", "clip__lyrics", "clip__notes", "clip__sound")
    shown = rows.select_related("clip", "assigned_to", "created_by", "guest").defer(*slim)
    groups: dict[int | None, list[Comment]] = {}
    for comment in shown.order_by("pk")[:MOST_COMMENTS]:
        groups.setdefault(comment.assigned_to_id, []).append(comment)
    unassigned = groups.pop(None, [])
    asked = [Asked(comments[0].assigned_to, comments) for comments in groups.values()]
    return [*asked, Asked(None, unassigned)] if unassigned else asked


def _unpicked(kept: ClipQuerySet) -> list[Clip]:
    """Of the newest orders those with several takes; a picked take always stands in front."""
    fronts = kept.filter(is_front=True).order_by("-pk")[:LOOKED_AT]
    stacks = dict(fronts.values_list("stack", "picked"))
    counts = takes.counts(stack for stack, picked in stacks.items() if not picked)
    several = [stack for stack, count in counts.items() if count > 1]
    found = list(kept.filter(is_front=True, stack__in=several).order_by("-pk")[:MOST])
    for clip in found:
        clip.take_count = counts[clip.stack]
    return found
