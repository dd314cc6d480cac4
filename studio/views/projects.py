from dataclasses import replace

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from studio.forms import MemberForm, ProjectForm, QuotaForm
from studio.forms.projects import MB_OF_A_GB
from studio.models import Project, Task
from studio.services import projects, quotas
from studio.services.library import Filters
from studio.views import access, library
from studio.views.htmx import StudioRequest


@require_safe
def home(request: StudioRequest) -> HttpResponse:
    """The project a person worked in last, else their first; with `?new`, its form for a new song."""
    recent = Task.objects.visible_to(request.user).filter(created_by=request.user).order_by("-pk").first()
    mine = Project.objects.visible_to(request.user).order_by("pk")
    project = recent.project if recent else mine.filter(owner=request.user).first() or mine.first()
    page = "new_song" if "new" in request.GET else "project"
    return redirect(page, project.pk) if project else redirect("projects")


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: StudioRequest) -> HttpResponse:
    form = ProjectForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        access.check_role(request.user)
        project = projects.create_project(name=form.cleaned_data["name"], by=request.user)
        return redirect("project", project.pk)
    rows = Project.objects.visible_to(request.user).with_counts().select_related("owner")
    context = {"projects": rows, "form": form, "refusal": access.reason_of_role(request.user)}
    return render(request, "projects/index.html", context, status=422 if form.is_bound else 200)


@require_safe
def detail(request: StudioRequest, project_id: int) -> HttpResponse:
    project = access.project_for(request.user, project_id, "see")
    filters = replace(Filters.read(request.GET), project=project.pk)
    about = {"project": project, "refusal": access.reason_not_to(request.user, project, "order")}
    return library.show(request, filters, "projects/detail.html", about)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: StudioRequest, project_id: int) -> HttpResponse:
    project = access.project_for(request.user, project_id, "manage")
    form = ProjectForm(request.POST if request.method == "POST" else None, initial={"name": project.name})
    if form.is_bound and form.is_valid():
        projects.rename_project(project, form.cleaned_data["name"])
        messages.success(request, "The project has its new name.")
        return redirect("project", project.pk)
    return _settings(request, project, form)


@require_POST
def set_quota(request: StudioRequest, project_id: int) -> HttpResponse:
    """How much the project may keep: for the team's owners."""
    project = access.project_for(request.user, project_id, "manage")
    if not request.user.is_owner:
        raise PermissionDenied("Only the team's owners set how much a project may keep.")
    form = QuotaForm(request.POST)
    if not form.is_valid():
        return _settings(request, project, quota_form=form)
    quotas.set_limit(project, form.megabytes)
    messages.success(
        request, "The project has its new limit." if form.megabytes else "There is no limit now."
    )
    return redirect("project_settings", project.pk)


@require_POST
def add_member(request: StudioRequest, project_id: int) -> HttpResponse:
    project = access.project_for(request.user, project_id, "manage")
    form = MemberForm(request.POST)
    if form.is_valid() and form.cleaned_data["user"] == project.owner:
        form.add_error("email", "The project is theirs already.")
    if not form.is_valid():
        return _settings(request, project, member_form=form)
    projects.set_member(project, form.cleaned_data["user"], form.cleaned_data["access"])
    return redirect("project_settings", project.pk)


@require_POST
def remove_member(request: StudioRequest, project_id: int, user_id: int) -> HttpResponse:
    project = access.project_for(request.user, project_id, "manage")
    projects.remove_member(project, get_object_or_404(User, pk=user_id))
    return redirect("project_settings", project.pk)


def _settings(
    request: StudioRequest,
    project: Project,
    form: ProjectForm | None = None,
    *,
    member_form: MemberForm | None = None,
    quota_form: QuotaForm | None = None,
) -> HttpResponse:
    quota = None if project.quota_mb is None else f"{project.quota_mb / MB_OF_A_GB:.1f}"
    context = {
        "project": project,
        "form": form or ProjectForm(initial={"name": project.name}),
        "member_form": member_form or MemberForm(),
        "quota_form": quota_form or QuotaForm(initial={"limit": quota}),
        "kept": quotas.kept(project),
        "members": project.members.select_related("user").order_by("user__name"),
    }
    bad = any(given is not None and given.is_bound for given in (form, member_form, quota_form))
    return render(request, "projects/settings.html", context, status=422 if bad else 200)
