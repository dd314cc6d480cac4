"""What a link can be to: a song, its takes, a playlist, a project's picks; found, named, with its button."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.urls import reverse

from accounts.models import User
from studio.models import Clip, PlaylistEntry, Project, Share
from studio.services import shares
from studio.views import access
from studio.views.htmx import whole_number

Kind = Share.Kind
BINNED = "This song is in the bin. Bring it back first."
NO_TAKES = "All of these takes are in the bin. Bring one back first."
NO_SONGS = "There is no song in this playlist yet."
NO_PICKS = "No take of this project is picked yet. Pick one where its takes are compared."


@dataclass(frozen=True)
class Thing:
    """`column` is that of the link's row; `empty` says why there is nothing to hear yet, or ""."""

    kind: str
    key: str
    project: Project
    name: str
    address: str
    column: dict[str, Any]
    empty: str = ""


@dataclass(frozen=True)
class Button:
    """*Share* on the page of a thing: why it is off, and how many links there are already."""

    kind: str
    key: str
    refusal: str
    links: int


def find(user: User, kind: str, key: str) -> Thing:
    """The thing that the person wants to share; 404 where they can't see it, 403 where they may not share."""
    finders = {Kind.CLIP: _clip, Kind.STACK: _stack, Kind.PLAYLIST: _playlist, Kind.PICKS: _picks}
    if kind not in finders:
        raise Http404
    thing = finders[Kind(kind)](user, key)
    access.check(user, thing.project, "share")
    return thing


def _number(key: str) -> int:
    if (number := whole_number(key)) is None:
        raise Http404
    return number


def _clip(user: User, key: str) -> Thing:
    clip = access.clip_for(user, _number(key))
    where = reverse("clip", args=[clip.pk])
    empty = BINNED if clip.binned_at else ""
    return Thing(Kind.CLIP, key, clip.project, clip.title, where, {"clip": clip}, empty)


def _stack(user: User, key: str) -> Thing:
    """Those of its first take's project: a take that was moved to another has left its stack."""
    takes = access.stack_for(user, key)
    kept = [take for take in takes if take.binned_at is None]
    first = (kept or takes)[0]
    where = f"{reverse('compare')}?stack={first.stack}"
    column = {"stack": first.stack}
    return Thing(
        Kind.STACK, str(first.stack), first.project, first.title, where, column, "" if kept else NO_TAKES
    )


def _playlist(user: User, key: str) -> Thing:
    playlist = access.playlist_for(user, _number(key), "see")
    where = reverse("playlist", args=[playlist.pk])
    songs = PlaylistEntry.objects.filter(
        playlist=playlist, clip__binned_at=None, clip__project=playlist.project
    )
    empty = "" if songs.exists() else NO_SONGS
    return Thing(Kind.PLAYLIST, key, playlist.project, playlist.name, where, {"playlist": playlist}, empty)


def _picks(user: User, key: str) -> Thing:
    project = access.project_for(user, _number(key), "see")
    empty = "" if Clip.objects.kept().filter(project=project, picked=True).exists() else NO_PICKS
    where = reverse("project", args=[project.pk])
    return Thing(Kind.PICKS, key, project, f"Picks of {project}", where, {}, empty)


def of(share: Share) -> Thing:
    """What a link leads to."""
    [(_, thing)] = named([share])
    return thing


def named(rows: Iterable[Share]) -> list[tuple[Share, Thing]]:
    """Links with what they lead to, by at most one query: project, clip and playlist are there already."""
    rows = list(rows)
    stacks = [row.stack for row in rows if row.stack]
    takes = Clip.objects.filter(stack__in=stacks, purged_at=None).order_by("-pk")
    titles = dict(takes.values_list("stack", "title"))  # the first take's
    return [(row, _thing(row, titles.get(row.stack, "") if row.stack else "")) for row in rows]


def _thing(row: Share, title: str) -> Thing:
    kind, project = row.kind, row.project
    if row.clip:
        where = reverse("clip", args=[row.clip.pk])
        return Thing(kind, str(row.clip.pk), project, row.clip.title, where, {"clip": row.clip})
    if row.stack:
        where = f"{reverse('compare')}?stack={row.stack}"
        return Thing(kind, str(row.stack), project, title, where, {"stack": row.stack})
    if row.playlist:
        where = reverse("playlist", args=[row.playlist.pk])
        column = {"playlist": row.playlist}
        return Thing(kind, str(row.playlist.pk), project, row.playlist.name, where, column)
    if kind == Kind.PLAYLIST:
        return Thing(kind, "", project, "A playlist that is gone", "", {"playlist": None})
    where = reverse("project", args=[project.pk])
    return Thing(kind, str(project.pk), project, f"Picks of {project}", where, {})


def button(user: User, project: Project, kind: str, **column: Any) -> Button:
    """`column`: that of the thing, nothing for the picks."""
    refusal = access.reason_not_to(user, project, "share")
    thing = next(iter(column.values()), project)
    rows = Share.objects.none() if refusal else shares.listed(user)
    links = rows.filter(project=project, kind=kind, **column).count()
    return Button(kind, str(getattr(thing, "pk", thing)), refusal, links)
