"""The providers' own balances beside ours, for the team's owners."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from studio.services import readings
from studio.views.htmx import StudioRequest


@require_safe
def index(request: StudioRequest) -> HttpResponse:
    if not request.user.is_owner:
        raise PermissionDenied("Only the team's owners see what the providers say.")
    accounts = [
        {"account": account, "points": readings.differences(account.history)}
        for account in readings.accounts()
    ]
    return render(request, "readings/index.html", {"accounts": accounts})
