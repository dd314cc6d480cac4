"""A take becomes final, and is opened again."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from studio.errors import Refusal
from studio.services import finals, handovers
from studio.views import access
from studio.views.htmx import StudioRequest


@require_POST
def finish(request: StudioRequest, clip_id: int) -> HttpResponse:
    clip = access.clip_for(request.user, clip_id)
    access.check(request.user, clip.project, "edit")
    try:
        if finals.finish(clip, by=request.user):
            messages.success(request, f"{clip.title} is final. Nothing of it changes until it is reopened.")
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return back_to(request, clip.pk)


@require_POST
def reopen(request: StudioRequest, clip_id: int) -> HttpResponse:
    clip = access.clip_for(request.user, clip_id)
    access.check(request.user, clip.project, "edit")
    if finals.reopen(clip):
        handovers.forget(clip)
        messages.success(request, f"{clip.title} is open again, and still approved.")
    return back_to(request, clip.pk)


def back_to(request: StudioRequest, clip_id: int) -> HttpResponse:
    """To the page that the button is on: the song's, or where it is handed over."""
    there = request.POST.get("next", "")
    return redirect(there) if url_has_allowed_host_and_scheme(there, None) else redirect("clip", clip_id)
