"""Many songs in one zip: what it would hold, in which formats, and the archive itself."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from threading import BoundedSemaphore
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods

from accounts.models import User
from studio.errors import Refusal
from studio.models import Clip, Project
from studio.services import library, media, takes, zip_names, zips
from studio.services.library import Filters
from studio.views import access
from studio.views.clips import FULL
from studio.views.htmx import StudioRequest, whole_number

NO_FORMAT = "Choose at least one."
BUSY = "Several zips are being downloaded already. Try again when one of them is there."
# Of one process. Each takes one of its few threads for as long as it lasts, and pages need some, too.
PLACES = BoundedSemaphore(4)
HEADERS = {
    "Content-Type": "application/zip",
    "Cache-Control": "private, no-store",
    "X-Accel-Buffering": "no",  # nginx would write it to its disk first
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True)
class Selection:
    """The songs that the address names one by one, or all that its filters find."""

    clips: QuerySet[Clip]
    query: Sequence[tuple[str, str | int]]

    def address(self, formats: Sequence[str], **more: str) -> str:
        wanted = [*self.query, *(("format", name) for name in formats), *more.items()]
        return f"{reverse('library_zip')}?{urlencode(wanted)}"


@require_http_methods(["GET", "HEAD", "POST"])
def library_zip(request: StudioRequest) -> HttpResponseBase:
    selection = _selection(request)
    if request.method == "POST":
        return _post(request, selection)
    formats = _formats(request.GET.getlist("format")) or [zips.Kind.MASTER]
    if "download" in request.GET:
        return _download(request, selection, formats)
    return _page(request, selection, formats)


def _selection(request: StudioRequest) -> Selection:
    """404 when songs are named and the person may see none of them."""
    if "clip" not in request.GET:
        filters = Filters.read(request.GET)
        clips = library.found(request.user, filters)
        if filters.folds:
            clips = takes.whole(clips).visible_to(request.user)
        return Selection(clips, parse_qsl(filters.query))
    ids = sorted({number for text in request.GET.getlist("clip") if (number := whole_number(text))})
    clips = Clip.objects.visible_to(request.user).kept().filter(pk__in=ids)
    if not clips.exists():
        raise Http404
    return Selection(clips, [("clip", number) for number in ids])


def _formats(given: Sequence[str]) -> list[str]:
    return [name for name in zips.FORMATS if name in given]


def _post(request: StudioRequest, selection: Selection) -> HttpResponse:
    """What the form asks for. The address of the page that answers holds the formats."""
    formats = _formats(request.POST.getlist("format"))
    if not formats:
        return _page(request, selection, [], error=NO_FORMAT, status=422)
    if request.POST.get("do") == "make":
        _make(request, selection, formats)
    if request.POST.get("do") == "download":
        return redirect(selection.address(formats, download="1"))
    return redirect(selection.address(formats))


def _make(request: StudioRequest, selection: Selection, formats: Sequence[str]) -> None:
    if why := _refusal(request.user, selection):
        raise PermissionDenied(why)
    if media.storage_is_full():
        messages.error(request, FULL)
        return
    try:
        zips.make_missing(_editable(request.user, selection), formats)
    except Refusal as refused:
        messages.error(request, refused.message)


def _editable(user: User, selection: Selection) -> QuerySet[Clip]:
    return selection.clips.filter(project__in=Project.objects.editable_by(user))


def _refusal(user: User, selection: Selection) -> str:
    """Why the person may have no file made of any of these songs, or ""."""
    if _editable(user, selection).exists():
        return ""
    clip = selection.clips.select_related("project").first()
    return access.reason_in_list(user, clip.project) if clip else ""


def _page(
    request: StudioRequest,
    selection: Selection,
    formats: Sequence[str],
    *,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    tally = zips.tally(selection.clips, formats)
    context = {
        "tally": tally,
        "most": zips.MOST,
        "address": selection.address(formats),
        "error": error,
        "refusal": _refusal(request.user, selection) if tally.kinds_to_make else "",
        "back": f"{reverse('library')}?{urlencode([each for each in selection.query if each[0] != 'clip'])}",
    }
    return render(request, "zips/index.html", context, status=status)


def _download(request: StudioRequest, selection: Selection, formats: Sequence[str]) -> HttpResponseBase:
    ids = list(selection.clips.order_by("pk").values_list("pk", flat=True)[: zips.MOST + 1])
    if not ids or len(ids) > zips.MOST:
        return _page(request, selection, formats, status=422)
    name = str(content_disposition_header(True, _filename(selection)))
    headers = {**HEADERS, "Content-Disposition": name}
    if request.method == "HEAD":
        return HttpResponse(headers=headers)
    if not PLACES.acquire(blocking=False):
        messages.error(request, BUSY)
        return redirect(selection.address(formats))
    return StreamingHttpResponse(_Sending(zips.stream(request.user, ids, formats)), headers=headers)


class _Sending:
    """The archive in its place; closing gives that back. No generator: one that never ran closes nothing."""

    def __init__(self, parts: Generator[bytes, None, None]) -> None:
        self._parts = parts
        self._has_place = True

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._parts)

    def close(self) -> None:
        self._parts.close()
        if self._has_place:
            self._has_place = False
            PLACES.release()


def _filename(selection: Selection) -> str:
    """Of the project whose songs they are, when it is one."""
    names = list(
        Project.objects.filter(clips__in=selection.clips).distinct().values_list("name", flat=True)[:2]
    )
    name = zip_names.safe(names[0]) if len(names) == 1 else "Songs"
    return f"{name}, {timezone.localdate():%Y-%m-%d}.zip"
