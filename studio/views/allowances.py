"""Monthly allowances: the rules, which the team's owners make and end."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from studio.forms import AllowanceForm
from studio.models import Allowance
from studio.services import allowance_rules, team
from studio.templatetags.figures import credits
from studio.views.htmx import StudioRequest

ENDED = 50
NOT_YOURS = "Only owners set allowances."


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: StudioRequest) -> HttpResponse:
    _owners_only(request.user)
    form = AllowanceForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _begin(request, form):
        return redirect("allowances")
    context = {
        "rules": allowance_rules.standing_rules(),
        "ended": allowance_rules.ended()[:ENDED],
        "this_month": team.calendar().this_month(),
        "form": form,
    }
    return render(request, "allowances/index.html", context, status=422 if form.is_bound else 200)


def _begin(request: StudioRequest, form: AllowanceForm) -> bool:
    try:
        rule = allowance_rules.begin(**form.rule(), by=request.user)
    except allowance_rules.HadAlready as refusal:
        form.add_error(refusal.field, refusal.message)
        return False
    whom = str(rule.user) if rule.user else f"Each {rule.get_role_display().lower()}"
    messages.success(
        request, f"{whom} gets {credits(rule.credits)} credits a month from {rule.since:%B %Y} on."
    )
    return True


@require_POST
def end(request: StudioRequest, rule_id: int) -> HttpResponse:
    _owners_only(request.user)
    rule = get_object_or_404(Allowance, pk=rule_id)
    allowance_rules.end(rule, by=request.user)
    messages.success(request, "That allowance ends. What was granted stays as it was.")
    return redirect("allowances")


def _owners_only(user: User) -> None:
    if not user.is_owner:
        raise PermissionDenied(NOT_YOURS)
