import logging
import secrets
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

from studio import logs

GetResponse = Callable[[HttpRequest], HttpResponse]

log = logging.getLogger("studio.requests")


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


def sign_in_on_a_full_page(get_response: GetResponse) -> GetResponse:
    """A fragment that meets an ended session opens the sign-in page instead of swapping it in.

    Signing in leads back to the page that the person sees, not to the fragment's address.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not (request.htmx and _leads_to_sign_in(response)):  # type: ignore[attr-defined]
            return response
        page = urlsplit(request.htmx.current_url_abs_path or "/").geturl()  # type: ignore[attr-defined]
        target = redirect_to_login(page, resolve_url(settings.LOGIN_URL)).url
        return HttpResponse(status=401, headers={"HX-Redirect": target})

    return middleware


def _leads_to_sign_in(response: HttpResponse) -> bool:
    sign_in = resolve_url(settings.LOGIN_URL)
    return response.status_code == 302 and response.headers.get("Location", "").startswith(f"{sign_in}?")
