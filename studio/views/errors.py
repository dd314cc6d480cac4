"""Pages for what went wrong, in the studio's own look."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader


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
    return _page(request, 403, "This form was open too long", "Go back, reload the page and send it again.")


@login_not_required
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 404, "Nothing here", "It may have been moved, or it is not shared with you.")


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """Without the request's context: whatever failed may fail again there."""
    return HttpResponse(loader.render_to_string("errors/500.html"), status=500)
