"""What people note on a clip: title and notes, stars, approval; and that it was heard."""

import time
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from studio.errors import Refusal
from studio.forms import NotesForm
from studio.models import Clip
from studio.services import approvals, finals, notes
from studio.views import access, clips
from studio.views.approvals import back_to
from studio.views.htmx import StudioRequest, fragments, is_fragment

HEARD = "heard"  # in the session: {clip id: when it counted last}
MOST_HEARD = 50
STARS = ("0", "1", "2", "3", "4", "5")


@require_POST
def edit(request: StudioRequest, clip_id: int) -> HttpResponse:
    clip = access.clip_for(request.user, clip_id)
    access.check(request.user, clip.project, "edit")
    form = NotesForm(request.POST)
    if not form.is_valid() or not _write(clip, form):
        return clips.page(request, clip, notes=form)
    messages.success(request, "Saved.")
    return redirect("clip", clip.pk)


def _write(clip: Clip, form: NotesForm) -> bool:
    """Keep what was typed; a refusal becomes an error of the form."""
    try:
        notes.write(clip, **form.cleaned_data)
    except Refusal as refusal:
        form.add_error(refusal.field or "title", refusal.message)
        clip.refresh_from_db(fields=["notes"])
        # Both are on the screen now: what is sent next is what the person wants.
        form.data = {**dict(form.data.items()), "before": clip.notes}
    return not form.errors


@require_POST
def rate(request: StudioRequest, clip_id: int) -> HttpResponse:
    """204 for htmx: the stars show already what was chosen."""
    clip = access.clip_for(request.user, clip_id)
    access.check(request.user, clip.project, "edit")
    stars = request.POST.get("rating")
    if stars in STARS:
        with access.changing():
            notes.rate(clip, int(stars))
        if is_fragment(request):
            return HttpResponse(status=204)
    else:
        messages.error(request, "Choose one to five stars.")
    return redirect("clip", clip.pk)


@require_POST
def approve(request: StudioRequest, clip_id: int) -> HttpResponse:
    """With `back` in the form it is taken back."""
    clip = access.clip_for(request.user, clip_id)
    access.check(request.user, clip.project, "edit")
    if "back" in request.POST:
        with access.changing():
            finals.check(clip)
        approvals.take_back(clip)
    else:
        approvals.approve(clip, by=request.user)
    if not is_fragment(request):
        return back_to(request, clip.pk)
    clip.refresh_from_db(fields=["approved_at", "approved_by", "approved_guest"])
    return fragments(request, ("clips/_approval.html", {"clip": clip, "why_not_here": ""}))


@require_POST
def played(request: StudioRequest, clip_id: int) -> HttpResponse:
    """The player has heard it: one play for each person, until half of its length has passed again."""
    clip = access.clip_for(request.user, clip_id)
    now = time.time()
    heard: dict[str, Any] = request.session.get(HEARD, {})
    if now - heard.get(str(clip.pk), 0) >= clip.duration / 2:
        notes.count_play(clip)
        latest = sorted({**heard, str(clip.pk): now}.items(), key=lambda entry: entry[1])
        request.session[HEARD] = dict(latest[-MOST_HEARD:])
    return HttpResponse(status=204)
