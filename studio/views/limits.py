"""Limits of people, of projects and of the team: for its owners."""

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from studio.forms.limits import HeightForm, LimitForm
from studio.models import Limit
from studio.services import limits
from studio.services.standings import State
from studio.views.htmx import StudioRequest

HEADS = {"team": "The whole team", "person": "People", "project": "Projects"}


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: StudioRequest) -> HttpResponse:
    _check_owner(request.user)
    form = LimitForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        limit = limits.put(by=request.user, **form.limit())
        messages.success(request, f"Set: {limit.credits} credits {limit.get_period_display()}.")
        return redirect("limits")
    return _page(request, form=form, status=422 if form.is_bound else 200)


@require_POST
def change(request: StudioRequest, limit_id: int) -> HttpResponse:
    _check_owner(request.user)
    _there(limit_id)
    form = HeightForm(request.POST, auto_id=f"id_{limit_id}_%s")
    if not form.is_valid():
        return _page(request, status=422, wrong={limit_id: form})
    try:
        limits.change(limit_id, form.cleaned_data["credits"], by=request.user)
    except limits.Gone as gone:
        messages.error(request, gone.message)
    return redirect("limits")


@require_POST
def remove(request: StudioRequest, limit_id: int) -> HttpResponse:
    _check_owner(request.user)
    _there(limit_id)
    try:
        limits.remove(limit_id, by=request.user)
    except limits.Gone as gone:
        messages.error(request, gone.message)
    else:
        messages.success(request, "The limit is gone.")
    return redirect("limits")


def _check_owner(user: User) -> None:
    if not user.is_owner:
        raise PermissionDenied("Only the team's owners set limits.")


def _there(limit_id: int) -> None:
    if not Limit.objects.filter(pk=limit_id).exists():
        raise Http404


def _page(
    request: StudioRequest,
    *,
    form: LimitForm | None = None,
    status: int,
    wrong: dict[int, HeightForm] | None = None,
) -> HttpResponse:
    rows = [_row(state, (wrong or {}).get(state.limit.pk)) for state in limits.everywhere()]
    groups = [(HEADS[scope], list(each)) for scope, each in groupby(rows, key=lambda row: row["scope"])]
    context = {"groups": groups, "form": form or LimitForm()}
    answer = render(request, "limits/index.html", context, status=status)
    if status == 422:
        answer["HX-Push-Url"] = "false"  # the address of one limit shows nothing by itself
    return answer


def _row(state: State, wrong: HeightForm | None) -> dict[str, Any]:
    limit = state.limit
    about = {"initial": {"credits": limit.credits}, "auto_id": f"id_{limit.pk}_%s"}
    return {
        "state": state,
        "limit": limit,
        "scope": "project" if limit.project_id else "person" if limit.user_id else "team",
        "form": wrong or HeightForm(**about),
    }
