"""Playlists: a project's songs in an order made by hand. Every change of it counts its version up."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, F, Max, Q, QuerySet

from accounts.models import User
from studio.errors import Refusal
from studio.models import Clip, Playlist, PlaylistEntry, Project
from studio.models.clock import db_now

MOST = 500  # songs: the page shows them all, so that they can be put in order


class Stale(Refusal):
    """The list has changed since the page was drawn."""


class Gone(Refusal):
    """Somebody has deleted the list meanwhile."""


class FullList(Refusal):
    """There are as many songs in it as a playlist holds."""


@dataclass(frozen=True)
class Added:
    count: int
    there: int  # were in it already
    elsewhere: int  # are of other projects


def create(*, project: Project, name: str, by: User) -> Playlist:
    """An empty playlist."""
    return Playlist.objects.create(project=project, name=name, created_by=by)


def rename(playlist: Playlist, name: str) -> None:
    """Give it another name."""
    playlist.name = name
    Playlist.objects.filter(pk=playlist.pk).update(name=name, changed_at=db_now())  # it may be gone


def delete(playlist: Playlist) -> None:
    """Remove the list; its songs stay in the library."""
    playlist.delete()


def counted(lists: QuerySet[Playlist]) -> QuerySet[Playlist]:
    """With `song_count` on each: those that `entries` gives."""
    kept = Q(entries__clip__binned_at=None, entries__clip__project=F("project"))
    return lists.annotate(song_count=Count("entries", filter=kept)).select_related("project")


def entries(playlist: Playlist) -> QuerySet[PlaylistEntry]:
    """The songs in their order, without those in the bin, which come back to their place."""
    return (
        _kept(playlist)
        .select_related("clip__created_by")
        .prefetch_related("clip__assets")
        .defer("clip__notes")
    )


def _kept(playlist: Playlist) -> QuerySet[PlaylistEntry]:
    """Who adds a song while somebody moves it to another project may leave an entry of that behind."""
    return playlist.entries.filter(clip__binned_at=None, clip__project=playlist.project)


@transaction.atomic
def add(playlist: Playlist, ids: Sequence[int]) -> Added:
    """Put clips of the list's own project at its end, in the given order. Raises FullList and Gone."""
    _lock(playlist)
    fitting = set(
        Clip.objects.kept().filter(pk__in=ids, project=playlist.project).values_list("pk", flat=True)
    )
    known = set(playlist.entries.values_list("clip_id", flat=True))
    new = [pk for pk in dict.fromkeys(ids) if pk in fitting - known]
    if len(known) + len(new) > MOST:
        raise FullList(
            f"A playlist holds {MOST} songs; this one has {len(known)}, so {len(new)} more are too many."
        )
    last = playlist.entries.aggregate(last=Max("position"))["last"] or 0
    rows = [PlaylistEntry(playlist=playlist, clip_id=pk, position=last + n) for n, pk in enumerate(new, 1)]
    PlaylistEntry.objects.bulk_create(rows)
    if new:
        _changed(Playlist.objects.filter(pk=playlist.pk))
    return Added(len(new), len(fitting & known), len(set(ids) - fitting))


@transaction.atomic
def remove(playlist: Playlist, clip_id: int) -> bool:
    """Take a song out of the list; False when it was not in it. Raises Gone."""
    _lock(playlist)
    gone, _ = playlist.entries.filter(clip=clip_id).delete()
    if gone:
        _changed(Playlist.objects.filter(pk=playlist.pk))
    return bool(gone)


@transaction.atomic
def arrange(playlist: Playlist, version: int, ids: Sequence[int]) -> None:
    """Bring the songs into this order. Raises Gone, and Stale when it is not the list that the person saw."""
    now = _lock(playlist)
    rows = {entry.clip_id: entry for entry in _kept(playlist)}
    if now.version != version or sorted(ids) != sorted(rows):
        raise Stale("Somebody has changed this list meanwhile. This is how it is now; nothing was moved.")
    for position, pk in enumerate(ids, 1):
        rows[pk].position = position
    PlaylistEntry.objects.bulk_update(rows.values(), ["position"], batch_size=100)
    _changed(Playlist.objects.filter(pk=playlist.pk))


def step(playlist: Playlist, version: int, clip_id: int, by: int) -> None:
    """Move one song up (-1) or down (1) by a place; at the end it stays. Raises Stale and Gone."""
    ids = list(entries(playlist).values_list("clip_id", flat=True))
    if clip_id in ids:
        at = ids.index(clip_id)
        ids.insert(max(at + by, 0), ids.pop(at))
    arrange(playlist, version, ids)


def drop(clip_ids: Sequence[int], *, stay_in: Project) -> None:
    """Clips have moved to this project: the lists of others lose them. Part of the caller's transaction."""
    lost = PlaylistEntry.objects.filter(clip__in=clip_ids).exclude(playlist__project=stay_in)
    lists = Playlist.objects.filter(pk__in=list(lost.values_list("playlist", flat=True)))
    list(lists.select_for_update().order_by("pk"))
    lost.delete()
    _changed(lists)


def _lock(playlist: Playlist) -> Playlist:
    now = Playlist.objects.select_for_update().filter(pk=playlist.pk).first()
    if now is None:
        raise Gone("Somebody has deleted this playlist meanwhile.")
    return now


def _changed(lists: QuerySet[Playlist]) -> None:
    lists.update(version=F("version") + 1, changed_at=db_now())
