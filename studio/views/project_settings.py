"""A project's own page: its name and room, who gets in, and how it is put away or given away."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from studio.errors import Refusal
from studio.forms import AccessForm, HandOverForm, MemberForm, OpennessForm, ProjectNameForm, QuotaForm
from studio.forms.projects import MB_OF_A_GB
from studio.models import Project, ProjectMember
from studio.services import limits, projects, quotas
from studio.views import access
from studio.views.htmx import StudioRequest


@dataclass(frozen=True)
class Line:
    """A member, and the form for what they may do."""

    member: ProjectMember
    form: AccessForm


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: StudioRequest, project_id: int) -> HttpResponse:
    """The page; what is sent here is another name."""
    project = access.project_for(request.user, project_id, "manage")
    if request.method != "POST":
        return _page(request, project)
    access.check(request.user, project, "edit")
    form = ProjectNameForm(request.POST)
    if not form.is_valid():
        return _page(request, project, form=form)
    projects.rename_project(project, form.cleaned_data["name"])
    messages.success(request, "The project has its new name.")
    return redirect("project", project.pk)


@require_POST
def set_quota(request: StudioRequest, project_id: int) -> HttpResponse:
    """How much the project may keep: for the team's owners."""
    project = access.project_for(request.user, project_id, "manage")
    if not request.user.is_owner:
        raise PermissionDenied("Only the team's owners set how much a project may keep.")
    form = QuotaForm(request.POST)
    if not form.is_valid():
        return _page(request, project, quota_form=form)
    quotas.set_limit(project, form.megabytes)
    messages.success(
        request, "The project has its new limit." if form.megabytes else "There is no limit now."
    )
    return redirect("project_settings", project.pk)


# -- Who gets in -----------------------------------------------------------------------------------


@require_POST
def open_to_team(request: StudioRequest, project_id: int) -> HttpResponse:
    project = access.project_for(request.user, project_id, "manage")
    form = OpennessForm(request.POST)
    if "team_access" not in request.POST:
        form.add_error("team_access", "Choose one of these.")
    if not form.is_valid():
        return _page(request, project, openness_form=form)
    projects.open_to_team(project, form.cleaned_data["team_access"], by=request.user)
    opened = "open to the team" if project.team_access else "closed: only its members get in"
    messages.success(request, f"The project is {opened}.")
    return redirect("project_settings", project.pk)


@require_POST
def add_member(request: StudioRequest, project_id: int) -> HttpResponse:
    project = access.project_for(request.user, project_id, "manage")
    form = MemberForm(request.POST, auto_id="new_%s", project=project, by=request.user)
    if not form.is_valid() or not _let_in(request, project, form):
        return _page(request, project, member_form=form)
    return redirect("project_settings", project.pk)


def _let_in(request: StudioRequest, project: Project, form: MemberForm) -> bool:
    """A refusal becomes an error of the form."""
    data = form.cleaned_data
    try:
        projects.set_member(project, data["user"], data["access"], by=request.user)
    except Refusal as refusal:
        form.add_error("user", refusal.message)
    return not form.errors


@require_POST
def change_member(request: StudioRequest, project_id: int, user_id: int) -> HttpResponse:
    """What somebody who is a member already may do."""
    project = access.project_for(request.user, project_id, "manage")
    member = get_object_or_404(project.members.select_related("user"), user=user_id)
    form = AccessForm(request.POST, auto_id=f"member_{user_id}_%s")
    if not form.is_valid():
        return _page(request, project, access_form=(user_id, form))
    try:
        projects.set_member(project, member.user, form.cleaned_data["access"], by=request.user)
        label = ProjectMember.Access(form.cleaned_data["access"]).label.lower()
        messages.success(request, f"{member.user} is {'an' if label == 'editor' else 'a'} {label} now.")
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect("project_settings", project.pk)


@require_POST
def remove_member(request: StudioRequest, project_id: int, user_id: int) -> HttpResponse:
    project = access.project_for(request.user, project_id, "manage")
    projects.remove_member(project, get_object_or_404(User, pk=user_id), by=request.user)
    return redirect("project_settings", project.pk)


# -- Put away, and given away ----------------------------------------------------------------------


@require_POST
def archive(request: StudioRequest, project_id: int) -> HttpResponse:
    """With `back` in the form it is brought back."""
    project = access.project_for(request.user, project_id, "manage")
    back = "back" in request.POST
    if projects.archive(project, by=request.user, back=back):
        said = "The project is back." if back else "The project is archived."
        messages.success(request, said)
    return redirect("project", project.pk)


@require_POST
def hand_over(request: StudioRequest, project_id: int) -> HttpResponse:
    project = access.project_for(request.user, project_id, "manage")
    form = HandOverForm(request.POST, auto_id="heir_%s", project=project, by=request.user)
    if not form.is_valid() or not _handed_over(request, project, form):
        return _page(request, project, hand_over_form=form)
    messages.success(request, f"The project belongs to {project.owner} now.")
    return redirect("project", project.pk)


def _handed_over(request: StudioRequest, project: Project, form: HandOverForm) -> bool:
    try:
        projects.hand_over(project, form.cleaned_data["user"], by=request.user)
    except Refusal as refusal:
        form.add_error("user", refusal.message)
    return not form.errors


# -- The page --------------------------------------------------------------------------------------


def _page(
    request: StudioRequest,
    project: Project,
    *,
    access_form: tuple[int, AccessForm] | None = None,
    **forms: Any,
) -> HttpResponse:
    """`forms` are those that were refused, by the names that the page has for them."""
    quota = None if project.quota_mb is None else f"{project.quota_mb / MB_OF_A_GB:.1f}"
    who: dict[str, Any] = {"project": project, "by": request.user}
    refusal = access.reason_not_to(request.user, project, "edit")
    context = {
        "project": project,
        "refusal": refusal,
        "form": ProjectNameForm(initial={"name": project.name}),
        "openness_form": OpennessForm(initial={"team_access": project.team_access}),
        "member_form": MemberForm(auto_id="new_%s", **who),
        "quota_form": QuotaForm(initial={"limit": quota}),
        "hand_over_form": HandOverForm(auto_id="heir_%s", **who),
        "kept": quotas.kept(project),
        "lines": _lines(project, access_form),
        "limits": limits.of_project(project),
        **forms,
    }
    status = 422 if forms or access_form else 200
    return render(request, "projects/settings.html", context, status=status)


def _lines(project: Project, refused: tuple[int, AccessForm] | None) -> list[Line]:
    members = project.members.select_related("user").order_by("user__name", "pk")
    number, form = refused or (0, AccessForm())
    return [Line(each, form if each.user_id == number else _form_of(each)) for each in members]


def _form_of(member: ProjectMember) -> AccessForm:
    return AccessForm(initial={"access": member.access}, auto_id=f"member_{member.user_id}_%s")
