"""The files of clips. No address of a file works without asking who wants it."""

from django.http import Http404
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from studio.audio.serving import serve
from studio.services import media
from studio.views import access
from studio.views.htmx import StudioRequest


@require_safe
def asset(request: StudioRequest, asset_id: int) -> HttpResponseBase:
    found = access.asset_for(request.user, asset_id)
    path = media.path_of(found.name)
    if not path.is_file():
        raise Http404
    return serve(
        request,
        open_file=lambda: path.open("rb"),
        size=found.size,
        etag=found.sha256,
        content_type=found.content_type,
        filename=f"{found.clip.title}.{found.extension}",
        download="download" in request.GET,
    )
