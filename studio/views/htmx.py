"""Helpers for answers that htmx swaps in."""

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
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


def back(request: StudioRequest, otherwise: str, query: str = "") -> HttpResponse:
    """Lead to the page that the form was on, where that is one of ours; else to the page of this name."""
    named = request.htmx.current_url_abs_path if request.htmx else request.headers.get("Referer", "")
    allowed = url_has_allowed_host_and_scheme(named, {request.get_host()}, require_https=request.is_secure())
    page = urlsplit(named or "")._replace(scheme="", netloc="")
    there = page.geturl()
    # Looked at once more: of a path with two slashes the rest alone would be another host's address.
    is_ours = allowed and url_has_allowed_host_and_scheme(there, None)
    if is_ours and page.path != request.path:  # which only takes what is sent to it
        return redirect(there)
    return redirect(f"{reverse(otherwise)}?{query}" if query else otherwise)


def fragments(request: HttpRequest, *parts: tuple[str, dict[str, Any]], status: int = 200) -> HttpResponse:
    """Several regions in one answer. Each root has an id, and says itself if it goes out of band."""
    html = "\n".join(render_to_string(template, context, request=request) for template, context in parts)
    return HttpResponse(html, status=status)
