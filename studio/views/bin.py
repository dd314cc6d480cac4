"""The bin: what lies there, since when and until when, and the way back."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from studio.errors import Refusal
from studio.models import Clip, Project
from studio.services import bin, bulk
from studio.views import access
from studio.views.htmx import StudioRequest, back, whole_number

PAGE = 50


@require_safe
def index(request: StudioRequest) -> HttpResponse:
    rows = bin.lying(request.user).select_related("project", "binned_by").prefetch_related("assets")
    after = bin.beyond(request.GET.get("after", ""))
    clips = list((rows.filter(after) if after else rows)[: PAGE + 1])
    context = {
        "clips": clips[:PAGE],
        "older": bin.place_of(clips[PAGE - 1]) if len(clips) > PAGE else "",
        "is_part": after is not None,
        "editable": set(Project.objects.editable_by(request.user).values_list("pk", flat=True)),
    }
    return render(request, "bin/index.html", context)


@require_POST
def restore(request: StudioRequest) -> HttpResponse:
    """`only` names one song, `clip` several; `act` takes back what was put there in one go."""
    access.check_role(request.user)
    try:
        chosen = bulk.choose(request.user, _named(request))
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return back(request, "bin")
    count = bin.restore(chosen.ids)
    if count:
        messages.success(
            request, "It is back in the library." if count == 1 else f"{count:,} songs are back."
        )
    if chosen.locked:
        messages.warning(request, chosen.left_out)
    elif not count:
        messages.error(request, "Nothing was restored: choose songs that lie in the bin.")
    return back(request, "bin")


@require_POST
def empty(request: StudioRequest) -> HttpResponse:
    """There is no way back from this, so it is not for everybody who may put something there."""
    if not request.user.is_owner:
        raise PermissionDenied("Only the team's owners empty the bin.")
    ids = list(bin.lying(request.user).values_list("pk", flat=True)[: bulk.MOST])
    count = bin.empty(ids)
    if count:
        messages.success(request, "1 song is gone." if count == 1 else f"{count:,} songs are gone.")
    if count < len(ids):
        messages.warning(request, "What is still being worked with stays in the bin until that has ended.")
    return redirect("bin")


def _named(request: StudioRequest) -> QuerySet[Clip]:
    if moment := whole_number(request.POST.get("act", "")[:17]):
        return bin.of_act(request.user, moment)
    only = request.POST.get("only")
    ids = [whole_number(each) for each in ([only] if only else request.POST.getlist("clip"))]
    return bin.lying(request.user).filter(pk__in=[each for each in ids[: bulk.MOST + 1] if each])
