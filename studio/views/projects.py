"""The projects a person sees, and one of them with its songs."""

from dataclasses import replace

from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from studio.forms import ProjectForm
from studio.models import Project, Task
from studio.services import projects, reviews
from studio.services.library import Filters
from studio.views import access, library, line_comments, shared_things
from studio.views.htmx import StudioRequest, is_fragment


@require_safe
def home(request: StudioRequest) -> HttpResponse:
    """The project a person worked in last, else their first; with `?new`, its form for a new song."""
    is_new, rows = "new" in request.GET, Project.objects
    mine = rows.editable_by(request.user) if is_new else rows.visible_to(request.user)
    worked_in = Task.objects.filter(created_by=request.user, project__in=mine, project__archived_at=None)
    recent = worked_in.select_related("project").order_by("-pk").first()
    mine = mine.order_by(F("archived_at").asc(nulls_first=True), "pk")
    project = recent.project if recent else mine.filter(owner=request.user).first() or mine.first()
    page = "new_song" if is_new else "project"
    return redirect(page, project.pk) if project else redirect("projects")


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: StudioRequest) -> HttpResponse:
    form = ProjectForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        access.check_role(request.user)
        project = projects.create_project(**form.cleaned_data, by=request.user)
        return redirect("project", project.pk)
    rows = list(Project.objects.visible_to(request.user).with_counts().select_related("owner"))
    context = {
        "projects": [each for each in rows if not each.is_archived],
        "archived": [each for each in rows if each.is_archived],
        "form": form,
        "refusal": access.reason_of_role(request.user),
    }
    context |= line_comments.mentions(request)
    return render(request, "projects/index.html", context, status=422 if form.is_bound else 200)


@require_safe
def detail(request: StudioRequest, project_id: int) -> HttpResponse:
    project = access.project_for(request.user, project_id, "see")
    filters = replace(Filters.read(request.GET), project=project.pk)
    about = {
        "project": project,
        "refusal": access.reason_not_to(request.user, project, "order"),
        "may_manage": not access.reason_not_to(request.user, project, "manage"),
        "archived": access.reason_not_to(request.user, project, "comment"),  # whoever sees it may, else
        "sharing": shared_things.button(request.user, project, "picks"),
        # The list renews itself with every letter of a search; this is not part of it.
        "review": None if is_fragment(request) or "after" in request.GET else reviews.of(project),
    }
    return library.show(request, filters, "projects/detail.html", about)
