from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from studio.models import Clip
from studio.services import providers
from studio.views import access
from studio.views.htmx import StudioRequest


@require_safe
def detail(request: StudioRequest, clip_id: int) -> HttpResponse:
    clip = access.clip_for(request.user, clip_id)
    takes = Clip.objects.filter(
        task__created_by=clip.created_by, task__form_key=clip.task.form_key, project=clip.project
    )
    context = {
        "clip": clip,
        "project": clip.project,
        "provider": providers.named(clip.provider),
        "takes": takes.select_related("task__created_by").prefetch_related("assets").order_by("task__take"),
        "refusal": access.reason_not_to(request.user, clip.project, "order"),
    }
    return render(request, "clips/detail.html", context)
