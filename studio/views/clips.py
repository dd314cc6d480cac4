"""One clip: what it is, what can be made of it, and what became of that."""

from datetime import timedelta

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from studio.errors import Refusal
from studio.forms import ClipOrderForm
from studio.models import Clip, Task
from studio.services import conversions, media, providers, tasks
from studio.views import access, cards, files, offers
from studio.views.htmx import StudioRequest, fragments, is_fragment, whole_number

LATELY = timedelta(days=1)  # a failed order stays on its clip's page
ORDERS, CHILDREN = 20, 60  # at most on the page
FULL = "The studio's storage is full. Nothing was charged; an owner has to make room."


@require_safe
def detail(request: StudioRequest, clip_id: int) -> HttpResponse:
    clip = access.clip_for(request.user, clip_id)
    shown = files.of(clip, request.user)
    takes = Clip.objects.filter(
        task__created_by=clip.created_by, task__form_key=clip.task.form_key, project=clip.project
    )
    context = {
        "clip": clip,
        "project": clip.project,
        "provider": providers.named(clip.provider),
        "takes": takes.select_related("task__created_by").prefetch_related("assets").order_by("task__take"),
        "refusal": shown.refusal,
        "offers": offers.row(clip, shown.refusal),
        "files": shown,
        "cards": cards.build(_orders(clip), request.user),
        "parent": _parent(clip, request.user),
        "children": _children(clip, request.user),
    }
    return render(request, "clips/detail.html", context)


def _orders(clip: Clip) -> list[Task]:
    """What is being made of the clip, and what failed lately and was not ordered again."""
    failed = Q(status=Task.Status.FAILED, ended_at__gte=timezone.now() - LATELY, retries=None, clips=None)
    rows = Task.objects.filter(Q(status__in=Task.MOVING) | failed, source=clip)
    return list(rows.for_card().order_by("-pk")[:ORDERS])


def _parent(clip: Clip, user: User) -> Clip | None:
    parents = Clip.objects.visible_to(user).filter(orders=clip.task)
    return parents.prefetch_related("assets").first()


def _children(clip: Clip, user: User) -> list[Clip]:
    made = Clip.objects.visible_to(user).filter(task__source=clip).select_related("task__created_by")
    return list(made.prefetch_related("assets").order_by("-pk")[:CHILDREN])


# -- Orders ----------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def order(request: StudioRequest, clip_id: int, operation: str) -> HttpResponse:
    clip = access.clip_for(request.user, clip_id)
    access.check(request.user, clip.project, "order")
    offer = offers.offer(clip, operation, "")
    if offer is None:
        raise Http404
    if request.method != "POST":
        initial = _again(request, clip, operation)
        return _page(request, offer, ClipOrderForm(initial=initial, operation=offer.operation, clip=clip))
    form = ClipOrderForm(request.POST, operation=offer.operation, clip=clip)
    if offer.reason or not form.is_valid() or not _order(request, clip, form):
        return _page(request, offer, form)
    messages.success(request, f"{offer.operation.label}: ordered. It appears here when it is ready.")
    return redirect("clip", clip.pk)


def _order(request: StudioRequest, clip: Clip, form: ClipOrderForm) -> bool:
    """Place the order; a refusal becomes an error of the form."""
    if media.storage_is_full():
        form.add_error(None, FULL)
        return False
    repeated = Task.objects.visible_to(request.user).filter(pk=form.cleaned_data["again"], source=clip)
    try:
        tasks.order(project=clip.project, by=request.user, parent=repeated.first(), **form.order())
    except Refusal as refusal:
        form.add_error(refusal.field or None, refusal.message)
        return False
    return True


def _again(request: StudioRequest, clip: Clip, operation: str) -> dict[str, object]:
    """The fields of an earlier order of the same kind, for "Try again"."""
    again = whole_number(request.GET.get("again", ""))
    if again is None:
        return {}
    task = access.task_for(request.user, again, "see")
    same = task.source_id == clip.pk and task.operation == operation
    return {**task.params, "again": task.pk} if same else {}


def _page(request: StudioRequest, offer: offers.Offer, form: ClipOrderForm) -> HttpResponse:
    context = {"clip": offer.clip, "project": offer.clip.project, "offer": offer, "form": form}
    return render(request, "clips/order.html", context, status=422 if form.is_bound else 200)


# -- Other formats ---------------------------------------------------------------------------------


@require_POST
def convert(request: StudioRequest, clip_id: int) -> HttpResponse:
    """Have a file made from our own copy; what is there already, or no format, changes nothing."""
    clip = access.clip_for(request.user, clip_id)
    access.check(request.user, clip.project, "order")
    if media.storage_is_full():
        messages.error(request, FULL)
    else:
        conversions.ask(clip, request.POST.get("kind", ""))
        if is_fragment(request):
            shown = files.of(clip, request.user)
            return fragments(request, ("clips/_files.html", {"clip": clip, "files": shown, "oob": True}))
    return redirect("clip", clip.pk)
