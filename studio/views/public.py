"""What a link opens: its page, and the files that it lets people hear or take along.

A page that only lets people listen is made once and sent to all: it holds nothing of who asks.
"""

import gzip
import hashlib
import math
import re
from dataclasses import dataclass
from functools import lru_cache, partial
from io import BytesIO
from typing import Any

import brotli
from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.functional import SimpleLazyObject
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from studio.audio.pictures import draw_cover
from studio.audio.serving import serve
from studio.forms.fields import alike
from studio.models import Asset, Clip, Share
from studio.services import handovers, listens, media, share_pages, shares
from studio.services.share_pages import Page
from studio.views import doors, guest_remarks
from studio.views.doors import TooMany, gone, public

COVER_PIXELS = 640  # for previews elsewhere, which don't take drawings
MAX_PASSWORD = 1000  # hashing a longer one would only take long
LISTED = "all"  # in X-Robots-Tag: search engines may show it
BEACON_BYTES = 200
MACHINES = re.compile(
    r"bot|crawl|spider|slurp|preview|fetch|scan|monitor|curl|wget|python|facebookexternal", re.I
)


@public(locked=True)
@require_safe
def page(request: HttpRequest, share: Share, token: str) -> HttpResponse:
    if share.password and not doors.is_unlocked(request, share):
        return _locked(request, token)
    shares.used(share)
    return whole(request, share, token, opened=request.GET.get("song", ""))


def whole(
    request: HttpRequest,
    share: Share,
    token: str,
    *,
    opened: str = "",
    status: int = 200,
    refused: Any = None,
) -> HttpResponse:
    """The page of a link that is open. `opened` is the handle of the song to show whole; `refused` is what a
    guest sent and must change."""
    facts = share_pages.page_of(share, opened)
    if facts.may_comment:
        beside = guest_remarks.beside(request, share, token, facts, refused)
        response = _fresh(request, "public/page.html", status, page=facts, share=share, token=token, **beside)
    else:
        response = _sent(request, _made(facts, token))
    if share.is_public and not share.password:
        response.headers["X-Robots-Tag"] = LISTED
    return response


def _fresh(request: HttpRequest, template: str, status: int, **context: Any) -> HttpResponse:
    """A page with a form in it, for this browser alone."""
    token = SimpleLazyObject(lambda: get_token(request))
    return HttpResponse(
        render_to_string(template, {**context, "request": request, "csrf_token": token}), status=status
    )


# -- Made once -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Made:
    """A page as it is sent, by its encoding. Nothing in it came with a request, so that it may be packed."""

    plain: bytes
    gzip: bytes
    br: bytes


@lru_cache(maxsize=64)
def _made(facts: Page, token: str) -> Made:
    html = render_to_string("public/page.html", {"page": facts, "token": token}).encode()
    return Made(html, gzip.compress(html, 6), brotli.compress(html, quality=6))


def _sent(request: HttpRequest, made: Made) -> HttpResponse:
    accepted = {word.strip() for word in request.headers.get("Accept-Encoding", "").lower().split(",")}
    encoding = next((name for name in ("br", "gzip") if name in accepted), "")
    response = HttpResponse(getattr(made, encoding or "plain"))
    response.headers["Vary"] = "Accept-Encoding"
    if encoding:
        response.headers["Content-Encoding"] = encoding
    return response


# -- The password ----------------------------------------------------------------------------------


@public(locked=True)
@require_POST
def unlock(request: HttpRequest, share: Share, token: str) -> HttpResponse:
    try:
        said = alike(request.POST.get("password", "")[:MAX_PASSWORD])  # as the form has kept it
        fits = not share.password or doors.fits(share, said)
    except TooMany as refused:
        return doors.wait(_locked(request, token, error=str(refused)), refused)
    if not fits:
        return _locked(request, token, status=422, error="That is not the password of this link.")
    answer = redirect("public", token)
    if share.password:
        doors.unlock(answer, share, token, secure=settings.HTTPS)
    return answer


def _locked(request: HttpRequest, token: str, status: int = 200, error: str = "") -> HttpResponse:
    return _fresh(request, "public/locked.html", status, token=token, error=error)


# -- What is heard and taken along -----------------------------------------------------------------


@public
@require_safe
def audio(request: HttpRequest, share: Share, token: str, handle: str) -> HttpResponseBase:
    clip = share_pages.clip_of(share, handle)
    if clip is None or clip.master is None:
        return gone(request)
    if "plain" in request.GET and _begins(request) and _counts(request):  # no script will tell us
        listens.note(share, clip, "play")
    return _stored(request, share, clip.master, _named(clip, clip.master), download=False)


@public
@require_safe
def file(request: HttpRequest, share: Share, token: str, handle: str, name: str) -> HttpResponseBase:
    clip = share_pages.clip_of(share, handle) if share.downloads else None
    if clip is None:
        return gone(request)
    if name == "audio" and clip.master:
        return _stored(request, share, clip.master, _named(clip, clip.master), download=True)
    if words := share_pages.words_of(clip, name):
        return _made_here(
            request, share, words.encode(), "text/plain; charset=utf-8", f"{clip.title}.{name[-3:]}"
        )
    for each in share_pages.handed_over(share, clip):
        if each.name == name:
            named = handovers.filename(clip, each)
            return _stored(request, share, each.asset, named, download=True)
    return gone(request)


@public
@require_safe
def cover(request: HttpRequest, share: Share, token: str, handle: str) -> HttpResponseBase:
    """The song's own picture or, drawn from its handle, the one that the page shows; `?small` for a list."""
    clip = share_pages.clip_of(share, handle)
    if clip is None:
        return gone(request)
    small = "small" in request.GET
    if own := (clip.thumb if small else None) or clip.cover:
        return _stored(request, share, own, _named(clip, own), download=False)
    drawn = draw_cover(handle, COVER_PIXELS // 4 if small else COVER_PIXELS)
    return _made_here(request, share, drawn, "image/png", f"{clip.title}.png", download=False)


def _named(clip: Clip, asset: Asset) -> str:
    return f"{clip.title}.{asset.extension}"


def _stored(
    request: HttpRequest, share: Share, asset: Asset, filename: str, *, download: bool
) -> HttpResponseBase:
    """The bytes of our own copy, as long as the link lasts: an address elsewhere would outlive it."""
    if not media.exists(asset.name):
        return gone(request)
    return serve(
        request,
        open_part=partial(media.open_part, asset.name),
        size=asset.size,
        etag=asset.sha256,
        content_type=asset.content_type,
        filename=filename,
        download=download,
        still=partial(shares.is_live, share),
    )


def _made_here(
    request: HttpRequest,
    share: Share,
    content: bytes,
    content_type: str,
    filename: str,
    *,
    download: bool = True,
) -> HttpResponseBase:
    return serve(
        request,
        open_part=lambda first, length: BytesIO(content[first : first + length]),
        size=len(content),
        etag=hashlib.sha256(content).hexdigest(),
        content_type=content_type,
        filename=filename,
        download=download,
        still=partial(shares.is_live, share),
    )


# -- What is counted -------------------------------------------------------------------------------


@csrf_exempt
@public
@require_POST
def heard(request: HttpRequest, share: Share, token: str, handle: str) -> HttpResponse:
    """What a page tells by itself of what was heard: it changes a count, and asks for nobody's rights."""
    clip = share_pages.clip_of(share, handle)
    if clip is None:
        return gone(request)
    event, at = _told(request)
    if event in listens.EVENTS and _counts(request):
        listens.note(share, clip, event, at)
    return HttpResponse(status=204)


def _told(request: HttpRequest) -> tuple[str, float]:
    """The event, and at which second; "" for what no page of ours sends."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > BEACON_BYTES:
        return "", 0
    told = QueryDict(request.body)
    try:
        at = float(told.get("at") or 0)
    except ValueError:
        return "", 0
    return (told.get("event") or "", at) if math.isfinite(at) else ("", 0)


def _begins(request: HttpRequest) -> bool:
    """Whether the file is asked for from its beginning, as a player does once for each time it plays."""
    return request.method == "GET" and request.headers.get("Range", "bytes=0-").replace(" ", "").startswith(
        "bytes=0-"
    )


def _counts(request: HttpRequest) -> bool:
    """Not for machines, pages of others, and the team itself."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return False
    agent = request.headers.get("User-Agent", "")
    if not agent or MACHINES.search(agent):
        return False
    return settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated
