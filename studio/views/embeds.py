"""A link elsewhere: its player in a frame, what other sites ask to show that, its address as a QR code."""

import io
import logging
from contextlib import closing
from dataclasses import replace
from functools import lru_cache
from typing import Any

import segno
from csp.decorators import csp_replace
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from studio.audio import images
from studio.models import Asset, Share
from studio.services import media, previews, share_pages, shares
from studio.services.share_pages import Page, Song
from studio.views import doors
from studio.views.public import COVER_PIXELS

log = logging.getLogger(__name__)

NO_STORE = {"Cache-Control": "no-store"}
FOR_ALL = {**NO_STORE, "Cross-Origin-Resource-Policy": "cross-origin"}
CACHE_S = 3600  # for how long another site may keep what we told it
# Of a QR code: light modules around it, and the pixels of one. Dark on white in every theme: cameras need it.
DRAWING = {"border": 4, "scale": 8, "unit": "px", "light": "#fff", "dark": "#000", "xmldecl": False}
ROWS = 20  # songs that an embed lists below the first; the page has all


# -- In a frame ------------------------------------------------------------------------------------


@doors.public
@require_safe
def embed(request: HttpRequest, share: Share, token: str) -> HttpResponse:
    page = share_pages.page_of(share)
    if not share.may_embed or page.first is None:
        return doors.gone(request)
    shares.used(share)
    return _framed(request, replace(page, may_comment=False), token)


@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
def _framed(request: HttpRequest, page: Page, token: str) -> HttpResponse:
    """The one page that other sites may frame. It needs no cookie, which browsers keep from it there."""
    return HttpResponse(
        _made(page, token), headers={**NO_STORE, "Cross-Origin-Resource-Policy": "cross-origin"}
    )


@lru_cache(maxsize=64)
def _made(page: Page, token: str) -> bytes:
    """The page of these facts. Nothing in it came with a request."""
    first, *more = page.songs
    facts = {"page": page, "song": first, "more": more[:ROWS], "left": more[ROWS:], "token": token}
    return render_to_string("public/embed.html", facts).encode()


# -- What other sites ask --------------------------------------------------------------------------


@login_not_required
@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """https://oembed.com: how to show the link with this address, if others may embed it."""
    if request.GET.get("format", "json") != "json":
        return HttpResponse("Only JSON is spoken here.", "text/plain", status=501, headers=NO_STORE)
    token = previews.token_in(request.GET.get("url", "")) or ""
    share = shares.open_with(token)
    if share is None or not share.may_embed:
        return doors.gone(request)
    return JsonResponse(_described(request, share, token), headers=NO_STORE)


def _described(request: HttpRequest, share: Share, token: str) -> dict[str, Any]:
    page = share_pages.page_of(share)
    width = _at_most(previews.WIDTH, request.GET.get("maxwidth", ""))
    height = _at_most(previews.HEIGHT, request.GET.get("maxheight", ""))
    return {
        "version": "1.0",
        "type": "rich",
        "provider_name": "Studio",
        "title": page.title,
        "width": width,
        "height": height,
        "html": previews.embed_code(token, page.title, width=width, height=height),
        "cache_age": CACHE_S,
        **_thumbnail(request, share, page.first, token),
    }


def _thumbnail(request: HttpRequest, share: Share, song: Song | None, token: str) -> dict[str, Any]:
    """The cover, unless the other site asks for a smaller one."""
    if song is None:
        return {}
    if (size := _cover_size(share, song)) is None:
        return {}
    width, height = size
    fits = width == _at_most(width, request.GET.get("maxwidth", ""))
    if not fits or height != _at_most(height, request.GET.get("maxheight", "")):
        return {}
    address = previews.address("public_cover", token, song.handle)
    return {"thumbnail_url": address, "thumbnail_width": width, "thumbnail_height": height}


def _at_most(usual: int, limit: str) -> int:
    """The usual number of pixels, or the fewer that are asked for; nonsense asks for nothing."""
    asked = int(limit) if limit.isascii() and limit.isdigit() and len(limit) < 10 else 0
    return min(usual, asked or usual)


def _cover_size(share: Share, song: Song) -> tuple[int, int] | None:
    """None where the song's own cover can't be read."""
    clip = share_pages.clip_of(share, song.handle) if song.has_cover else None
    covers = [each for each in clip.assets.all() if each.kind == Asset.Kind.COVER] if clip else []
    try:
        return _size_of(covers[0].name, covers[0].size) if covers else (COVER_PIXELS, COVER_PIXELS)
    except OSError:  # also what Pillow raises of what is no picture
        log.exception("the cover of clip %s can't be read", clip.pk if clip else None)
        return None


@lru_cache(maxsize=1024)
def _size_of(name: str, length: int) -> tuple[int, int]:
    """A stored picture's width and height: files never change under their name."""
    with closing(media.open_part(name, 0, length)) as file:
        return images.size_of(io.BytesIO(file.read()))


# -- On paper --------------------------------------------------------------------------------------


@doors.public(locked=True)
@require_safe
def qr(request: HttpRequest, share: Share, token: str) -> HttpResponse:
    """The link's address as a picture for a camera."""
    code = segno.make(previews.address("public", token), micro=False)
    drawn = io.BytesIO()
    code.save(drawn, "svg", **DRAWING)
    return HttpResponse(drawn.getvalue(), "image/svg+xml", headers=NO_STORE)
