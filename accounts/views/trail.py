"""The audit trail, for the team's owners."""

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from accounts.forms.trail import TrailForm
from accounts.models import User
from accounts.services import trail

PAGE = 100


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    _check_owner(request)
    return _page(request, TrailForm(request.GET))


@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """All lines that the page's filters find, as a file. Sent and not got: it is written down."""
    user, form = _check_owner(request), TrailForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    rows = trail.export(by=user, **form.cleaned_data)
    response = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="trail.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(request: HttpRequest, form: TrailForm) -> HttpResponse:
    rows = trail.lines(**form.cleaned_data) if form.is_valid() else trail.lines().none()
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: PAGE + 1])
    context: dict[str, Any] = {
        "form": form,
        "events": trail.told(found[:PAGE]),
        "older": found[PAGE - 1].pk if len(found) > PAGE else None,
        "filtered": any(form.data.get(name) for name in form.fields),
        "query": _query(form),
    }
    return render(request, "accounts/trail.html", context, status=200 if form.is_valid() else 422)


def _query(form: TrailForm) -> str:
    """The filters as an address has them, for the pages that follow."""
    return urlencode({name: form.data[name] for name in form.fields if form.data.get(name)})


def _check_owner(request: HttpRequest) -> User:
    if not (isinstance(request.user, User) and request.user.is_owner):
        raise PermissionDenied("Only the team's owners read the trail.")
    return request.user
