from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from studio.services import credits
from studio.views.htmx import StudioRequest

PAGE = 100


@require_safe
def index(request: StudioRequest) -> HttpResponse:
    context = {
        "entries": credits.statement(request.user)[:PAGE],
        "at_work": credits.at_work(request.user),
        "spent": credits.spent_this_month(request.user),
    }
    return render(request, "credits/index.html", context)
