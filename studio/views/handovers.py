"""A final song is handed over: its files, the sheet of what is known of it, and all of it in one zip."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from studio.errors import Refusal
from studio.models import Clip, Conversion, Share
from studio.services import handovers, media, share_pages, timings, zip_names
from studio.services.handovers import HandedOver
from studio.views import access, provenance
from studio.views.clips import FULL
from studio.views.doors import gone, public
from studio.views.htmx import StudioRequest, fragments, is_fragment
from studio.views.sending import Sending
from studio.views.zips import BUSY, HEADERS, PLACES

SIGNED = "handover"  # begins the signature of this list, so that /live/ knows it from that of all files


@dataclass(frozen=True)
class Handover:
    """The list of what is handed over: what is there, what is being made, what could be."""

    clip: Clip
    asked: Conversion | None
    refusal: str  # why this person may have nothing made

    @cached_property
    def files(self) -> tuple[HandedOver, ...]:
        return handovers.files_of(self.clip)

    @property
    def missing(self) -> list[str]:
        there = handovers.recordings_of(self.clip)
        return [name.upper() for name in handovers.formats_of(self.clip) if name not in there]

    @property
    def is_making(self) -> bool:
        return bool(self.missing and self.asked and not self.asked.problem)

    @property
    def problem(self) -> str:
        return self.asked.problem if self.missing and self.asked else ""

    @property
    def signature(self) -> str:
        """Differs whenever the list would look different."""
        about = "making" if self.is_making else "failed" if self.problem else ""
        return ".".join([SIGNED, *(str(each.asset.pk) for each in self.files), about])


def of(clip: Clip, user: User) -> Handover:
    """`clip` comes with its assets prefetched."""
    return Handover(clip, handovers.asked(clip), access.reason_not_to(user, clip.project, "order"))


@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: StudioRequest, clip_id: int) -> HttpResponse:
    """The page; sent to it, an empty form has the missing files made."""
    clip = access.clip_for(request.user, clip_id)
    if request.method == "POST":
        access.check(request.user, clip.project, "order")
        return _prepare(request, clip)
    return render(request, "handovers/detail.html", _context(request, clip))


def _context(request: StudioRequest, clip: Clip) -> dict[str, Any]:
    return {
        "clip": clip,
        "project": clip.project,
        "handover": of(clip, request.user),
        "timing": timings.of(clip),
        "why_not_here": access.reason_not_to(request.user, clip.project, "edit"),
        "why_not_share": access.reason_not_to(request.user, clip.project, "share"),
    }


def _prepare(request: StudioRequest, clip: Clip) -> HttpResponse:
    try:
        if media.storage_is_full():
            raise Refusal(FULL)
        handovers.prepare(clip)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("handover", clip.pk)
    if is_fragment(request):
        return fragments(request, fragment(clip, request.user))
    return redirect("handover", clip.pk)


def fragment(clip: Clip, user: User) -> tuple[str, dict[str, Any]]:
    """The list alone, to take the place of the one on the page."""
    return "handovers/_files.html", {"clip": clip, "handover": of(clip, user), "oob": True}


# -- The sheet -------------------------------------------------------------------------------------


@require_safe
def sheet(request: StudioRequest, clip_id: int) -> HttpResponse:
    clip = access.clip_for(request.user, clip_id)
    if clip.final_at is None:
        messages.error(request, handovers.NOT_FINAL)
        return redirect("handover", clip.pk)
    return HttpResponse(provenance.page(clip, inside=True))


@public
@require_safe
def public_sheet(request: HttpRequest, share: Share, token: str, handle: str) -> HttpResponse:
    clip = share_pages.clip_of(share, handle)
    if clip is None or clip.final_at is None or not share.handover:
        return gone(request)
    return HttpResponse(provenance.page(clip, inside=False))


# -- Everything at once ----------------------------------------------------------------------------


@require_safe
def archive(request: StudioRequest, clip_id: int) -> HttpResponseBase:
    clip = access.clip_for(request.user, clip_id)
    if clip.final_at is None:
        messages.error(request, handovers.NOT_FINAL)
        return redirect("handover", clip.pk)
    name = f"{zip_names.safe(clip.title)}.zip"
    headers = {**HEADERS, "Content-Disposition": str(content_disposition_header(True, name))}
    if request.method == "HEAD":
        return HttpResponse(headers=headers)
    if not PLACES.acquire(blocking=False):
        messages.error(request, BUSY)
        return redirect("handover", clip.pk)
    parts = handovers.stream(request.user, clip, provenance.in_a_zip(clip))
    return StreamingHttpResponse(Sending(parts, PLACES), headers=headers)
