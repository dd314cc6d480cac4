from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from studio.errors import Refusal
from studio.forms import UpstreamIdForm
from studio.models import Task
from studio.services import attempts, hints, tasks
from studio.views import access, cards
from studio.views.htmx import StudioRequest

PAGE = 50


@require_safe
def index(request: StudioRequest) -> HttpResponse:
    """Everything that moves, then what ended lately."""
    visible = Task.objects.visible_to(request.user).for_card()
    moving = cards.build(visible.moving().order_by("pk")[:PAGE], request.user)
    ended = cards.build(visible.filter(status__in=Task.ENDED).order_by("-pk")[:PAGE], request.user)
    return render(request, "tasks/index.html", {"moving": moving, "ended": ended})


@require_safe
def detail(request: StudioRequest, task_id: int) -> HttpResponse:
    task = access.task_for(request.user, task_id, "see")
    return _page(request, task, UpstreamIdForm())


def _page(request: StudioRequest, task: Task, form: UpstreamIdForm) -> HttpResponse:
    context = {
        "task": task,
        "card": cards.build([task], request.user)[0],
        "events": task.events.select_related("actor"),
        "entries": task.credit_entries.exclude(account__house=True).order_by("pk"),
        "form": form,
        "refusal": access.reason_not_to(request.user, task.project, "order"),
    }
    return render(request, "tasks/detail.html", context, status=422 if form.is_bound else 200)


@require_POST
def cancel(request: StudioRequest, task_id: int) -> HttpResponse:
    task = access.task_for(request.user, task_id, "order")
    return _do(request, task, lambda: tasks.cancel(task, by=request.user), "Cancelled; the credits are back.")


@require_POST
def give_up(request: StudioRequest, task_id: int) -> HttpResponse:
    task = access.task_for(request.user, task_id, "order")
    verb = attempts.give_up if task.status == Task.Status.UNKNOWN else tasks.give_up
    return _do(request, task, lambda: verb(task, by=request.user), "Given up; the credits are back.")


@require_POST
def enter_id(request: StudioRequest, task_id: int) -> HttpResponse:
    task = access.task_for(request.user, task_id, "order")
    form = UpstreamIdForm(request.POST)
    if not form.is_valid():
        return _ask_again(request, task, form)
    upstream_id = form.cleaned_data["upstream_id"]
    return _do(request, task, lambda: hints.enter(task, upstream_id), "The provider is asked for this song.")


def _ask_again(request: StudioRequest, task: Task, form: UpstreamIdForm) -> HttpResponse:
    """Where the field is: on the task's page only while it is in doubt, later in the owners' queue."""
    if task.status == Task.Status.UNKNOWN:
        return _page(request, task, form)
    messages.error(request, " ".join(str(each) for each in form.errors["upstream_id"]))
    return redirect("queue") if request.user.is_owner else redirect("task", task.pk)


def _do(request: StudioRequest, task: Task, verb: Callable[[], None], success: str) -> HttpResponse:
    try:
        verb()
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, success)
    return redirect("task", task.pk)
