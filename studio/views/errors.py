"""Pages for what went wrong, in the studio's own look."""

import sys

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template import loader
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from studio.services import media


def _page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    return render(request, "errors/error.html", {"title": title, "text": text}, status=status)


@login_not_required
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 400, "That request made no sense", "Go back and try once more.")


@login_not_required
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 403, "Not for you to change", str(exception or "") or "Ask the project's owner.")


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Who signed in in another tab meanwhile is where they wanted to go: signing in again is needless."""
    if request.user.is_authenticated and request.path == reverse("account_login"):
        there = request.POST.get("next", "")
        return redirect(there if url_has_allowed_host_and_scheme(there, None) else "home")
    if request.htmx and not request.user.is_authenticated:  # type: ignore[attr-defined]
        return redirect_to_login("/")  # the middleware leads back to the page, where the draft waits
    return _page(request, 403, "This form was open too long", "Go back, reload the page and send it again.")


@login_not_required
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 404, "Nothing here", "It may have been moved, or it is not shared with you.")


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """Without the request's context: whatever failed may fail again there."""
    # The database is away, as when it starts anew, or the bucket of the media.
    if isinstance(sys.exception(), OperationalError | InterfaceError | media.Away):
        page = loader.render_to_string("errors/503.html")
        return HttpResponse(page, status=503, headers={"Retry-After": "5"})
    return HttpResponse(loader.render_to_string("errors/500.html"), status=500)
