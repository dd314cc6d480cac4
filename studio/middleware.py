import logging
import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils import timezone

from studio import logs
from studio.services import times
from studio.views import kept

GetResponse = Callable[[HttpRequest], HttpResponse]

log = logging.getLogger("studio.requests")
TYPING = ("lyric_draft", "lyric_measure")


def request_id(get_response: GetResponse) -> GetResponse:
    """Names the request in its answer and in every line of the log that it causes. A name that came with it
    is ignored: a stranger could write whatever they like into our log.

    One line for each request that changes something or is refused, and whose it was; who only looks leaves
    none.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        name = secrets.token_hex(8)
        started = time.monotonic()
        with logs.about(request=name):
            response = get_response(request)
            if _is_worth_a_line(request, response):
                _write_line(request, response, time.monotonic() - started)
        response.headers["X-Request-Id"] = name
        return response

    return middleware


def _write_line(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    # What a stranger may make as long as they like is cut. And no query only for the line: a user whom nobody
    # asked for stays unknown.
    user = getattr(getattr(request, "_cached_user", None), "pk", None)
    method, path = (request.method or "")[:10], request.path[:200]
    with logs.about(**({"user": user} if user else {})):
        log.info("%s %s: %s in %s ms", method, path, response.status_code, round(seconds * 1000))


def _is_worth_a_line(request: HttpRequest, response: HttpResponse) -> bool:
    # Anybody may send us forged webhooks, as many as they like: they must not fill the disk.
    if request.path.startswith("/hooks/") and response.status_code < 500:
        return False
    # What is being typed is sent every second or so.
    if getattr(request.resolver_match, "url_name", "") in TYPING and response.status_code < 400:
        return False
    if request.path == "/healthz":  # asked every few seconds, and whoever asks has the answer
        return False
    return request.method not in ("GET", "HEAD", "OPTIONS") or response.status_code >= 400


def security_headers(get_response: GetResponse) -> GetResponse:
    """Headers that Django and django-csp don't set; a view may set its own first."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Embedder-Policy", settings.EMBEDDER_POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        response.headers.setdefault("X-Robots-Tag", "noindex, nofollow, noarchive")
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def address_stays(get_response: GetResponse) -> GetResponse:
    """What was sent and not taken is shown under the address of the page that it was sent from: its own may
    take nothing but what is sent to it, and could not be loaded again.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.htmx and request.method == "POST" and response.status_code >= 400:  # type: ignore[attr-defined]
            response.headers.setdefault("HX-Push-Url", "false")
        return response

    return middleware


class SignedInFirst(LoginRequiredMiddleware):
    """Django's own asks who it is also for views that are open to all: those then depend on a cookie."""

    def process_view(self, request: HttpRequest, view_func: Any, *rest: Any) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, *rest)


class LocalTime:
    """Times on pages are those of the person's own zone, or of the team's. After SignedInFirst,
    which has looked up who it is: nobody else's time is known."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()

    def process_view(self, request: HttpRequest, view: Any, *_: Any) -> None:
        if getattr(view, "login_required", True) and request.user.is_authenticated:
            timezone.activate(times.zone_of(request.user))


def sign_in_on_a_full_page(get_response: GetResponse) -> GetResponse:
    """A fragment that meets an ended session opens the sign-in page instead of swapping it in.

    Signing in leads back to the page that the person sees, not to the fragment's address. What was written
    and sent as a whole page is shown once more.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not _leads_to_sign_in(response):
            return response
        if not request.htmx:  # type: ignore[attr-defined]
            return kept.signed_out(request) or response
        page = urlsplit(request.htmx.current_url_abs_path or "/").geturl()  # type: ignore[attr-defined]
        target = redirect_to_login(page, resolve_url(settings.LOGIN_URL)).url
        return HttpResponse(status=401, headers={"HX-Redirect": target})

    return middleware


def _leads_to_sign_in(response: HttpResponse) -> bool:
    sign_in = resolve_url(settings.LOGIN_URL)
    return response.status_code == 302 and response.headers.get("Location", "").startswith(f"{sign_in}?")
