"""What of a project waits for whom."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from studio.services import reviews
from studio.views import access
from studio.views.htmx import StudioRequest


@require_safe
def project(request: StudioRequest, project_id: int) -> HttpResponse:
    found = access.project_for(request.user, project_id, "see")
    context = {"project": found, "review": reviews.of(found)}
    return render(request, "reviews/project.html", context)
