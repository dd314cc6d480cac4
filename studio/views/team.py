"""Settings of the whole team, for its owners."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from studio.forms import TeamForm
from studio.models import Team
from studio.services import team
from studio.views.htmx import StudioRequest


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: StudioRequest) -> HttpResponse:
    if not request.user.is_owner:
        raise PermissionDenied("Only owners change the settings of the team.")
    now = Team.settings()
    form = TeamForm(
        request.POST if request.method == "POST" else None,
        initial={name: getattr(now, name) for name in team.SETTINGS},
    )
    if form.is_bound and form.is_valid():
        changed = team.change(by=request.user, **form.cleaned_data)
        messages.success(request, "The settings are saved." if changed else "Nothing was changed.")
        return redirect("team_settings")
    return render(request, "team/settings.html", {"form": form}, status=422 if form.is_bound else 200)
