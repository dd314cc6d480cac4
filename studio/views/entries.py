"""The lines of the ledger for owners and managers, and all of them as CSV."""

from threading import BoundedSemaphore
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from studio.forms import LinesForm
from studio.models import Project
from studio.services import entries
from studio.services.entries import Filters
from studio.views.htmx import StudioRequest, whole_number
from studio.views.sending import Sending
from studio.views.spending import check_watches

BUSY = "Several downloads are under way already. Try again when one of them is there."
PLACES = BoundedSemaphore(2)  # of one process


@require_safe
def index(request: StudioRequest) -> HttpResponse:
    check_watches(request.user)
    form = _form(request)
    return _page(request, form, _filters(form), status=200 if form.is_valid() else 422)


def _form(request: StudioRequest) -> LinesForm:
    return LinesForm(request.GET, projects=entries.project_names(request.user))


def _filters(form: LinesForm) -> Filters:
    """What could be read; the rest asks for nothing."""
    form.is_valid()
    return Filters(**form.cleaned_data)


def _page(request: StudioRequest, form: LinesForm, filters: Filters, status: int) -> HttpResponse:
    rows, older = entries.page(filters, whole_number(request.GET.get("before", "")))
    context: dict[str, Any] = {
        "form": form,
        "query": urlencode(filters.active),
        "entries": rows,
        "older": older,
        "seen": set(Project.objects.visible_to(request.user).values_list("pk", flat=True)),
        "names": entries.project_names(request.user),
    }
    return render(request, "spending/lines.html", context, status=status)


@require_safe
def download(request: StudioRequest) -> HttpResponseBase:
    check_watches(request.user)
    form = _form(request)
    if not form.is_valid():
        return _page(request, form, _filters(form), status=422)
    name = f"Credits, {timezone.localdate():%Y-%m-%d}.csv"
    headers = {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": str(content_disposition_header(True, name)),
        "Cache-Control": "private, no-store",
        "X-Accel-Buffering": "no",  # nginx would write it to its disk first
        "X-Content-Type-Options": "nosniff",
    }
    if request.method == "HEAD":
        return HttpResponse(headers=headers)
    if not PLACES.acquire(blocking=False):
        messages.error(request, BUSY)
        return redirect("credit_lines")
    try:
        lines = entries.export(_filters(form), by=request.user)
    except BaseException:
        PLACES.release()
        raise
    return StreamingHttpResponse(Sending(lines, PLACES), headers=headers)
