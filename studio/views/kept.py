"""Whoever can no longer save what they wrote reads why, and still has the text."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import ResolverMatch, reverse

View = Callable[..., HttpResponse]

GONE = "What this belongs to is gone, or you are no longer a member of its project."
SIGNED_OUT = "You were signed out."


def keeps(field: str) -> Callable[[View], View]:
    """The text of this field is never lost: not with the right to save it, and not with the session."""

    def around(view: View) -> View:
        @wraps(view)
        def keeping(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                return view(request, *args, **kwargs)
            except (Http404, PermissionDenied) as refusal:
                return _kept_back(request, request.POST.get(field, ""), refusal)

        keeping.keeps = field  # type: ignore[attr-defined]
        return keeping

    return around


def _kept_back(request: HttpRequest, text: str, refusal: Http404 | PermissionDenied) -> HttpResponse:
    """A whole page also for htmx, which shows it whole. Raises the refusal where there is no text."""
    if not text:
        raise refusal
    is_gone = isinstance(refusal, Http404)
    context = {"reason": GONE if is_gone else str(refusal), "text": text}
    return render(request, "lyrics/kept.html", context, status=404 if is_gone else 403)


def signed_out(request: HttpRequest) -> HttpResponse | None:
    """The same for whoever is signed out; None where nothing was written."""
    match = request.resolver_match
    text = request.POST.get(getattr(match.func, "keeps", ""), "") if match else ""
    if not match or not text:
        return None
    context = {"reason": SIGNED_OUT, "text": text, "sign_in": redirect_to_login(_page(request, match)).url}
    return render(request, "lyrics/kept.html", context, status=401)


def _page(request: HttpRequest, match: ResolverMatch) -> str:
    """Where the form was."""
    for name, key in (("lyric_sheet", "sheet_id"), ("clip", "clip_id")):
        if key in match.kwargs:
            return reverse(name, args=[match.kwargs[key]])
    return request.path
