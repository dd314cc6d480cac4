"""The first line of every view: the object the person may see, or 404; 403 when they may only look."""

from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.models import User
from studio.models import Asset, Clip, LyricSheet, Project, Task
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
    clip = clips.prefetch_related("assets").filter(pk=clip_id).first()
    if clip is None:
        raise Http404
    return clip


def asset_for(user: User, asset_id: int) -> Asset:
    asset = (
        Asset.objects.filter(pk=asset_id, clip__in=Clip.objects.visible_to(user))
        .select_related("clip")
        .first()
    )
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
