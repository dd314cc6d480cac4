"""The queue: everybody sees what waits and why, owners also what is in doubt and what was set aside."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from studio.errors import Refusal
from studio.forms import PauseForm
from studio.models import Task
from studio.services import pauses, queue
from studio.views.htmx import StudioRequest


@require_safe
def index(request: StudioRequest) -> HttpResponse:
    return page(request, PauseForm())


def page(request: StudioRequest, form: PauseForm) -> HttpResponse:
    """With the form that pauses all spending; also an answer to it."""
    context: dict[str, Any] = {"lines": queue.waiting(request.user), "pause": pauses.current(), "form": form}
    if request.user.is_owner:
        context |= {
            "in_doubt": _shown(queue.in_doubt()),
            "given_up": _shown(queue.given_up()),
            "set_aside": _shown(queue.set_aside()),
        }
    return render(request, "queue/index.html", context, status=422 if form.is_bound else 200)


def _shown(tasks: QuerySet[Task]) -> dict[str, Any]:
    """The first ones, and how many more there are."""
    rows = list(tasks[: queue.SHOWN])
    return {"rows": rows, "more": max(tasks.count() - len(rows), 0)}


@require_POST
def take_up(request: StudioRequest, task_id: int) -> HttpResponse:
    return _do(request, task_id, queue.take_up, "It is being copied once more.")


@require_POST
def put_away(request: StudioRequest, task_id: int) -> HttpResponse:
    return _do(request, task_id, queue.put_away, "Put away. Its page stays where it was.")


def _do(request: StudioRequest, task_id: int, verb: Callable[[Task], None], success: str) -> HttpResponse:
    _check_owner(request.user)
    task = Task.objects.filter(pk=task_id).first()
    if task is None:
        raise Http404
    try:
        verb(task)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, success)
    return redirect("queue")


def _check_owner(user: User) -> None:
    if not user.is_owner:
        raise PermissionDenied("Only the team's owners do this.")
