"""The first line of every public view: the link that the address opens, or the one 404 for all others.

Whoever has no link learns nothing: unknown, revoked and expired get the same bytes after the same work.
"""

import hashlib
import math
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.hashers import check_password
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse

from accounts import origin
from accounts.services import throttles
from accounts.services.throttles import TooMany as TooMany
from studio.models import Share
from studio.services import shares

View = Callable[..., HttpResponseBase]

MISSES = throttles.Limit("share miss", 60, throttles.HOUR)
GUESSES = throttles.Limit("share password", 10, throttles.FIFTEEN_MINUTES)
REMARKS = throttles.Limit("share remark", 30, throttles.FIFTEEN_MINUTES)
COOKIE, SALT = "studio_share", "studio.share"
UNLOCKED_S = 12 * 3600


def public(view: View | None = None, *, locked: bool = False) -> Any:
    """The view gets the link in place of the token. `locked`: also while its password was not said."""

    def decorate(view: View) -> View:
        @login_not_required
        @wraps(view)
        def opened(request: HttpRequest, token: str, **rest: Any) -> HttpResponseBase:
            share = shares.open_with(token)
            if share is None or (share.password and not locked and not is_unlocked(request, share)):
                return gone(request)
            return view(request, share, token, **rest)

        return opened

    return decorate(view) if view else decorate


def gone(request: HttpRequest) -> HttpResponse:
    """Nothing is here. Who comes here too often waits."""
    try:
        throttles.take([(MISSES, origin.network(origin.address()))], about=None, purpose="share")
    except TooMany as refused:
        return wait(HttpResponse(render_to_string("public/gone.html")), refused)
    return HttpResponse(render_to_string("public/gone.html"), status=404)


def too_many(share: Share) -> throttles.TooMany | None:
    """Count something that a guest says: why they have to wait first, where one place says too much."""
    place = origin.network(origin.address())
    try:
        throttles.take([(REMARKS, f"{share.pk} {place}")], about=None, purpose="share remark")
    except TooMany as refused:
        return refused
    return None


def wait(response: HttpResponse, refused: TooMany) -> HttpResponse:
    """This answer, to somebody who tried too often."""
    response.status_code = 429
    response.headers["Retry-After"] = str(math.ceil(refused.wait.total_seconds()))
    return response


# -- Passwords -------------------------------------------------------------------------------------


def is_unlocked(request: HttpRequest, share: Share) -> bool:
    """Whether this browser has said the link's password lately, the one that it has now."""
    said = request.COOKIES.get(COOKIE, "")
    try:
        return bool(signing.loads(said, salt=SALT, max_age=UNLOCKED_S) == _mark(share))
    except signing.BadSignature:
        return False


def fits(share: Share, password: str) -> bool:
    """Count a guess, and try it; who knew it has not guessed. Raises TooMany."""
    asked = [(GUESSES, f"{share.pk} {origin.network(origin.address())}")]
    throttles.take(asked, about=None, purpose="share password")
    known = check_password(password, share.password)
    if known:
        throttles.after_password(asked)
    return known


def unlock(response: HttpResponse, share: Share, token: str, *, secure: bool) -> None:
    """The browser tells from now on, below the address of this link alone, that the password was said."""
    path = reverse("public", args=[token])
    value = signing.dumps(_mark(share), salt=SALT)
    response.set_cookie(COOKIE, value, path=path, httponly=True, secure=secure, samesite="Lax")


def _mark(share: Share) -> str:
    return hashlib.sha256(f"{share.token_hash} {share.password}".encode()).hexdigest()[:32]
