"""The providers as the team's owners see them: balances, what was switched off, what waits for a person."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from studio.services import balances, notices, providers
from studio.views.htmx import StudioRequest


@require_safe
def index(request: StudioRequest) -> HttpResponse:
    _check_owner(request.user)
    low = notices.low_by_owners()
    rows = [
        {"provider": provider, "state": state, "low": balances.is_low(state, low)}
        for provider, state in providers.states()
    ]
    return render(request, "providers/index.html", {"rows": rows})


@require_POST
def offer_again(request: StudioRequest, name: str, operation: str) -> HttpResponse:
    _check_owner(request.user)
    _check_name(name)
    providers.offer_again(name, operation)
    messages.success(request, "It is offered again. Should the provider still refuse it, it goes off again.")
    return redirect("providers")


@require_POST
def attended(request: StudioRequest, name: str) -> HttpResponse:
    """Somebody has been there: orders may go again."""
    _check_owner(request.user)
    _check_name(name)
    providers.needs_attention(name, "")
    messages.success(request, "Orders go there again.")
    return redirect("providers")


def _check_owner(user: User) -> None:
    if not user.is_owner:
        raise PermissionDenied("Only the team's owners see the providers.")


def _check_name(name: str) -> None:
    if name not in providers.enabled():
        raise Http404
