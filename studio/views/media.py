"""The files of clips. No address of a file works without asking who wants it."""

from functools import partial
from pathlib import PurePosixPath

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from studio.audio.serving import MAX_STEM, serve
from studio.models import Asset, Upload
from studio.services import media
from studio.services.conversions import DELIVERY
from studio.views import access
from studio.views.htmx import StudioRequest

PICTURES = (Asset.Kind.COVER, Asset.Kind.THUMB)


@require_safe
def asset(request: StudioRequest, asset_id: int) -> HttpResponseBase:
    found = access.asset_for(request.user, asset_id)
    return send(request, found, _title(found), download="download" in request.GET)


def _title(found: Asset) -> str:
    """The song's title, with which of its files it is: several of one song don't get one name."""
    title = found.clip.title
    which = "cover" if found.kind in PICTURES else "" if found.kind == DELIVERY else found.label
    return f"{title[: MAX_STEM - len(which) - 3].rstrip()} - {which}" if which else title


def send(
    request: HttpRequest, stored: Asset | Upload, title: str, *, download: bool, may_redirect: bool = True
) -> HttpResponseBase:
    """The bytes behind a row, to somebody who may have them, or where to fetch them in the next minute."""
    redirected = may_redirect and media.is_redirected(stored.size)
    if not redirected and not media.exists(stored.name):
        raise Http404
    return serve(
        request,
        accelerated=media.accelerated(stored.name),
        signed=partial(media.signed, stored.name) if redirected else None,
        open_part=partial(media.open_part, stored.name),
        size=stored.size,
        etag=stored.sha256,
        content_type=stored.content_type,
        filename=f"{title}{PurePosixPath(stored.name).suffix}",
        download=download,
    )
