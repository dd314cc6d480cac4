"""Credits: one's own, and for who looks after the team those of everybody."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from studio.errors import NotEnoughCredits
from studio.forms import CorrectionForm, GrantForm
from studio.models import CreditEntry, Project
from studio.services import allowances, credits
from studio.services.entries import project_names
from studio.templatetags.figures import signed
from studio.views.htmx import StudioRequest, whole_number

PAGE = 100
NOT_YOURS = "Only owners and managers see other people's credits."
NOT_YOUR_GIFT = "Only owners grant credits and correct balances."


@dataclass(frozen=True)
class Line:
    entry: CreditEntry
    seen: bool  # what was ordered is told to who may see its project
    project: str  # as the reader may call it


@require_safe
def index(request: StudioRequest) -> HttpResponse:
    context = {**_about(request, request.user), "outlook": allowances.outlook(request.user)}
    return render(request, "credits/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def person(request: StudioRequest, user_id: int) -> HttpResponse:
    """Somebody's credits. Owners grant here, and correct: `adjust` names the button of the second form."""
    if not request.user.is_manager:
        raise PermissionDenied(NOT_YOURS)
    user = get_object_or_404(User, pk=user_id)
    if request.method != "POST":
        return _person(request, user)
    if not request.user.is_owner:
        raise PermissionDenied(NOT_YOUR_GIFT)
    return (_correct if "adjust" in request.POST else _give)(request, user)


def _give(request: StudioRequest, user: User) -> HttpResponse:
    form = _grant(request.POST)
    if not form.is_valid():
        return _person(request, user, status=422, grant=form)
    if credits.grant(user, **_by_hand(form.cleaned_data), by=request.user):
        messages.success(request, f"{user} has {form.cleaned_data['credits']} credits more.")
    else:
        messages.success(request, "That grant is in the books already; it was not added again.")
    return redirect("person_credits", user.pk)


def _correct(request: StudioRequest, user: User) -> HttpResponse:
    form = _correction(request.POST)
    if not form.is_valid():
        return _person(request, user, status=422, correction=form)
    try:
        entry = credits.adjust(user, **_by_hand(form.cleaned_data), by=request.user)
    except NotEnoughCredits as refusal:
        form.add_error("credits", f"{user} has {refusal.balance}. More can't be taken away.")
        return _person(request, user, status=422, correction=form)
    if entry:
        by = signed(form.cleaned_data["credits"])
        messages.success(request, f"The balance of {user} is corrected by {by}.")
    else:
        messages.success(request, "That correction is in the books already; it was not made again.")
    return redirect("person_credits", user.pk)


def _by_hand(data: dict[str, Any]) -> dict[str, Any]:
    return {"amount": data["credits"], "reason": data["reason"], "form_key": data["form_key"]}


def _grant(data: Any = None) -> GrantForm:
    return GrantForm(data, initial={"form_key": uuid.uuid4()}, auto_id="grant_%s")


def _correction(data: Any = None) -> CorrectionForm:
    return CorrectionForm(data, initial={"form_key": uuid.uuid4()}, auto_id="correction_%s")


def _person(request: StudioRequest, user: User, status: int = 200, **forms: Any) -> HttpResponse:
    context = {
        "person": user,
        "no_gift": "" if request.user.is_owner else NOT_YOUR_GIFT,
        "grant": _grant(),
        "correction": _correction(),
        **_about(request, user),
        **forms,
    }
    return render(request, "credits/person.html", context, status=status)


def _about(request: StudioRequest, user: User) -> dict[str, Any]:
    """Figures and lines of a person, the newest first; `?before=` leads to the earlier ones."""
    entries = credits.statement(user)
    if before := whole_number(request.GET.get("before", "")):
        entries = entries.filter(pk__lt=before)
    rows = list(entries[: PAGE + 1])
    return {
        "has": credits.balance(user),
        "at_work": credits.at_work(user),
        "spent": credits.spent_this_month(user),
        "lines": _lines(request.user, rows[:PAGE]),
        "earlier": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "before": before,
    }


def _lines(viewer: User, entries: Sequence[CreditEntry]) -> list[Line]:
    ids = {entry.project_id for entry in entries if entry.project_id}
    seen = set(Project.objects.visible_to(viewer).filter(pk__in=ids).values_list("pk", flat=True))
    names = project_names(viewer) if ids - seen else {}
    return [
        Line(
            entry,
            entry.task_id is None or entry.project_id in seen,
            names.get(entry.project_id or 0) or str(entry.project or ""),
        )
        for entry in entries
    ]
