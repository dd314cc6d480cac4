"""When the lines of a song are sung: shown beside the song, set by people, and taken along as a file."""

import hashlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from studio.audio.serving import serve
from studio.errors import Refusal
from studio.forms import TimingForm
from studio.models import Clip, Timing
from studio.services import timings
from studio.text.following import along, written
from studio.text.timing import Line, write_lrc, write_srt
from studio.views import access
from studio.views.htmx import StudioRequest

Write = Callable[[Clip, list[Line]], str]


def context(clip: Clip) -> dict[str, Any]:
    """What the clip's page needs for its lyrics: `timing`, and `lyric_lines` with their times."""
    timing = timings.of(clip)
    return {"timing": timing, "lyric_lines": along(clip.lyrics, timings.lines_of(timing))}


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: StudioRequest, clip_id: int) -> HttpResponse:
    clip = access.clip_for(request.user, clip_id)
    access.check(request.user, clip.project, "edit")
    if request.method != "POST" and (reason := access.reason_not_to_change(request.user, clip)):
        raise PermissionDenied(reason)  # before anything is typed
    timing = timings.of(clip)
    form = _form(request, clip, timing)
    if request.method != "POST":
        return _page(request, clip, timing, form)
    if not form.is_valid() or not _write(request, clip, form):
        return _page(request, clip, timing, form)
    messages.success(request, "The times are saved." if form.lines else "The times are removed.")
    return redirect("clip", clip.pk)


def _form(request: StudioRequest, clip: Clip, timing: Timing | None) -> TimingForm:
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    initial = {
        "lrc": written(clip.lyrics, timings.lines_of(timing)),
        "before": timings.version_of(timing),
    }
    return TimingForm(*sent, lyrics=clip.lyrics, duration=clip.duration, initial=initial)


def _write(request: StudioRequest, clip: Clip, form: TimingForm) -> bool:
    """Keep the times; a refusal becomes an error of the form."""
    if not {"lrc", "file"} & set(form.changed_data):
        return True  # saved as it was shown, with times that are finer than the text shows them
    given = form.cleaned_data
    try:
        timings.write(clip, form.lines, by=request.user, source=form.source, before=given["before"])
    except Refusal as refusal:
        # They know of it now: what is sent next is what the person wants. A file would not be sent again.
        text = given["file"] or given["lrc"]
        form.data = {**form.data, "lrc": text, "before": timings.version_of(timings.of(clip))}
        form.add_error(refusal.field or "lrc", refusal.message)
    return not form.errors


def _page(request: StudioRequest, clip: Clip, timing: Timing | None, form: TimingForm) -> HttpResponse:
    context = {"clip": clip, "project": clip.project, "timing": timing, "form": form}
    return render(request, "timings/edit.html", context, status=422 if form.errors else 200)


# -- Files -----------------------------------------------------------------------------------------

FILES: dict[str, tuple[str, Write]] = {
    "txt": ("text/plain; charset=utf-8", lambda clip, lines: clip.lyrics),
    "lrc": ("text/plain; charset=utf-8", lambda clip, lines: write_lrc(lines, clip.title) if lines else ""),
    "srt": ("application/x-subrip; charset=utf-8", lambda clip, lines: write_srt(lines) if lines else ""),
}


@require_safe
def file(request: StudioRequest, clip_id: int, ending: str) -> HttpResponseBase:
    clip = access.clip_for(request.user, clip_id)
    if ending not in FILES:
        raise Http404
    content_type, text = FILES[ending]
    content = text(clip, timings.lines_of(timings.of(clip))).encode()
    if not content:
        raise Http404
    return serve(
        request,
        open_part=lambda first, length: BytesIO(content[first : first + length]),
        size=len(content),
        etag=hashlib.sha256(content).hexdigest(),
        content_type=content_type,
        filename=f"{clip.title}.{ending}",
        download=True,
    )
