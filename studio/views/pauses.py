"""The owners' switch that pauses all spending."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.models import User
from studio.errors import TooLate
from studio.forms import PauseForm
from studio.services import dispatch, pauses
from studio.views import queue
from studio.views.htmx import StudioRequest


@require_POST
def pause(request: StudioRequest) -> HttpResponse:
    _check_owner(request.user)
    form = PauseForm(request.POST)
    if not form.is_valid():
        return queue.page(request, form)
    try:
        pauses.pause(by=request.user, reason=form.cleaned_data["reason"])
    except TooLate as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "All spending is paused. What was sent already goes on.")
    return redirect("queue")


@require_POST
def resume(request: StudioRequest) -> HttpResponse:
    _check_owner(request.user)
    try:
        pauses.resume(by=request.user)
    except TooLate as refusal:
        messages.error(request, refusal.message)
    else:
        dispatch.ring_waiting()
        messages.success(request, "Orders go again.")
    return redirect("queue")


def _check_owner(user: User) -> None:
    if not user.is_owner:
        raise PermissionDenied("Only the team's owners pause spending.")
