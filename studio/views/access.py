"""The first line of every view: the object the person may see, or 404; 403 when they may only look."""

from collections.abc import Sequence
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.models import User
from studio.models import Asset, Clip, Import, LyricSheet, Playlist, Project, Task
from studio.permissions import OWNER, refusal
from studio.services import projects


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


def playlist_for(user: User, playlist_id: int, action: str) -> Playlist:
    playlist = Playlist.objects.visible_to(user).select_related("project").filter(pk=playlist_id).first()
    if playlist is None:
        raise Http404
    check(user, playlist.project, action)
    return playlist


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
    return refusal(user.role, projects.access_of(user, project), action)


def check(user: User, project: Project, action: str) -> None:
    if reason := reason_not_to(user, project, action):
        raise PermissionDenied(reason)


def reason_of_role(user: User) -> str:
    """Why the person's role alone keeps them from changing anything; "" when it does not."""
    return refusal(user.role, OWNER, "edit")


def check_role(user: User) -> None:
    if reason := reason_of_role(user):
        raise PermissionDenied(reason)
