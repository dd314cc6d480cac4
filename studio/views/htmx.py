"""Helpers for answers that htmx swaps in."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class StudioRequest(HttpRequest):
    """A request of a signed-in person."""

    user: User
    htmx: HtmxDetails


def is_fragment(request: StudioRequest) -> bool:
    """htmx asks for a part of the page; a boosted link and the way back in the history ask for the whole."""
    return bool(request.htmx) and not request.htmx.boosted and not request.htmx.history_restore_request


def whole_number(text: str) -> int | None:
    """A number from the address; nonsense counts as absent."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def fragments(request: HttpRequest, *parts: tuple[str, dict[str, Any]], status: int = 200) -> HttpResponse:
    """Several regions in one answer. Each root has an id, and says itself if it goes out of band."""
    html = "\n".join(render_to_string(template, context, request=request) for template, context in parts)
    return HttpResponse(html, status=status)
