"""The first line of every view: the object the person may see, or 404; 403 when they may only look."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.models import Role, User
from studio.models import Asset, Clip, Import, LyricRevision, LyricSheet, Playlist, Project, Share, Task
from studio.permissions import ARCHIVED, OWNER, VIEWER, refusal
from studio.services import finals


def project_for(user: User, project_id: int, action: str) -> Project:
    project = Project.objects.visible_to(user).filter(pk=project_id).first()
    if project is None:
        raise Http404
    check(user, project, action)
    return project


def task_for(user: User, task_id: int, action: str) -> Task:
    task = Task.objects.visible_to(user).for_card().filter(pk=task_id).first()
    if task is None:
        raise Http404
    check(user, task.project, action)
    return task


def clip_for(user: User, clip_id: int) -> Clip:
    clips = Clip.objects.visible_to(user).select_related("task", "project", "created_by")
    clip = clips.prefetch_related("assets").filter(pk=clip_id, purged_at=None).first()
    if clip is None:
        raise Http404
    return clip


def clips_for(user: User, ids: Sequence[int]) -> list[Clip]:
    """These clips, in this order, ready to be shown; 404 unless the person may see each of them."""
    found = Clip.objects.visible_to(user).filter(purged_at=None).for_row().in_bulk(ids)
    if len(found) < len(set(ids)):
        raise Http404
    return [found[each] for each in dict.fromkeys(ids)]


def stack_for(user: User, stack: str) -> list[Clip]:
    """The takes of a stack, the first first, also those in the bin; 404 where the person may see none."""
    try:
        takes = Clip.objects.visible_to(user).for_row().filter(stack=UUID(stack), purged_at=None)
    except ValueError:
        raise Http404 from None
    if not (found := list(takes.order_by("task__take", "pk"))):
        raise Http404
    return found


def asset_for(user: User, asset_id: int) -> Asset:
    projects = Project.objects.visible_to(user)
    assets = Asset.objects.filter(clip__project__in=projects, clip__purged_at=None)
    asset = assets.select_related("clip").filter(pk=asset_id).first()
    if asset is None:
        raise Http404
    return asset


def sheet_for(user: User, sheet_id: int, action: str) -> LyricSheet:
    sheets = LyricSheet.objects.visible_to(user).select_related("project", "created_by")
    sheet = sheets.filter(pk=sheet_id).first()
    if sheet is None:
        raise Http404
    check(user, sheet.project, action)
    return sheet


def revision_for(user: User, number: int | None) -> LyricRevision | None:
    """A saved text that the person may see; None for any other, which a form may well have named."""
    if number is None:
        return None
    seen = LyricSheet.objects.visible_to(user)
    return LyricRevision.objects.filter(sheet__in=seen, pk=number).select_related("sheet").first()


def playlist_for(user: User, playlist_id: int, action: str) -> Playlist:
    playlist = Playlist.objects.visible_to(user).select_related("project").filter(pk=playlist_id).first()
    if playlist is None:
        raise Http404
    check(user, playlist.project, action)
    return playlist


def share_for(user: User, share_id: int) -> Share:
    """A link that the person manages: the team's owners all, others their own, of projects that they see."""
    mine = Share.objects.managed_by(user).filter(project__in=Project.objects.visible_to(user))
    share = mine.select_related("project", "clip", "playlist", "created_by", "revoked_by").filter(pk=share_id)
    if (found := share.first()) is None:
        raise Http404
    return found


def import_for(user: User, key: UUID) -> Import:
    """Files that come are nobody else's affair: whoever brings one sends its parts."""
    mine = Import.objects.filter(created_by=user, project__in=Project.objects.visible_to(user))
    row = mine.select_related("project").filter(key=key).first()
    if row is None:
        raise Http404
    check(user, row.project, "edit")
    return row


def reason_not_to(user: User, project: Project, action: str) -> str:
    """Why the person may not do it, for the tooltip of a button that is off; "" when they may."""
    archived = str(project.owner) if project.is_archived else ""
    return refusal(user.role, project.access_of(user), action, archived)


def reason_not_to_change(user: User, clip: Clip, action: str = "edit") -> str:
    """The same for what changes a song, or is ordered from it: nobody does that to a final one."""
    return reason_not_to(user, clip.project, action) or (finals.FINAL if clip.final_at else "")


def reason_in_list(user: User, project: Project) -> str:
    """The same of one of many projects that the person may not change, without a query for each."""
    if project.is_archived and user.role != Role.GUEST:
        return ARCHIVED
    return refusal(user.role, VIEWER, "edit")


def check(user: User, project: Project, action: str) -> None:
    if reason := reason_not_to(user, project, action):
        raise PermissionDenied(reason)


@contextmanager
def changing() -> Iterator[None]:
    """Around what changes a song and loses nothing that was typed: what is final is forbidden."""
    try:
        yield
    except finals.IsFinal as refusal:
        raise PermissionDenied(refusal.message) from refusal


def reason_of_role(user: User) -> str:
    """Why the person's role alone keeps them from changing anything; "" when it does not."""
    return refusal(user.role, OWNER, "edit")


def check_role(user: User) -> None:
    if reason := reason_of_role(user):
        raise PermissionDenied(reason)
